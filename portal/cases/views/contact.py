"""Contact: a question or a complaint, with other ways than a form, and the authority (RULES Q1 to Q3)."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal import config
from portal.accounts.addresses import NotAnAddress
from portal.accounts.views import network
from portal.cases import deadlines, service
from portal.cases.forms.requests import TRAP, LinksForm, contact_form
from portal.cases.service import on_file
from portal.cases.views.asking import file, is_known
from portal.cases.views.room import room
from portal.subjects import service as subjects
from portal.web.guards import me, open_to_all
from portal.web.htmx import show
from portal.web.words import _, here


@room.route("/contact", methods=["GET", "POST"])
@open_to_all
def contact() -> Response:
    """Take a question or a complaint, and say how else we can be reached."""
    form = contact_form(known=is_known())
    if request.method == "GET" and request.args.get("about") in ("inquiry", "complaint"):
        form["about"].data = request.args["about"]
    if (filed := file(form, str(form["about"].data or "inquiry"))) is not None:
        return filed
    return show(
        "cases/contact.html",
        form=form,
        trap=TRAP,
        days=service.days_for("inquiry"),
        complaint_days=service.days_for("complaint"),
        authority=_authority(),
        status=422 if form.errors else 200,
    )


@room.get("/contact/what-we-do")
@open_to_all
def notice() -> Response:
    """Say what we do with what is written into these forms (RULES C9)."""
    return show("cases/notice.html", authority=_authority(), months=config.site().thread_months)


@room.route("/requests/links", methods=["GET", "POST"])
@open_to_all
def links() -> Response:
    """Send the addresses of requests anew; the answer is the same whether there are any (RULES R3)."""
    form, done = LinksForm(), False
    if form.validate_on_submit():
        try:
            on_file.send_links(form.email.data, network(), here().language)
            done = True
        except NotAnAddress as problem:
            form.email.errors = [_(problem.say) + " " + _(problem.then)]
    return show("cases/links.html", form=form, done=done, status=422 if form.errors else 200)


def _authority() -> str:
    """Name the authority of the country where whoever looks lives, of the site's own law where that is not known."""
    country = subjects.country(me().subject_id) if is_known() else ""
    return deadlines.authority_in(here().language, country)
