"""How an account is deleted, told to anybody, and what a browser forgets once it was."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts import service as accounts
from portal.accounts.forms import AddressForm
from portal.accounts.views import SESSION, network, with_attempt
from portal.deletion import service
from portal.deletion.views.room import room
from portal.web import cookies
from portal.web.guards import open_to_all
from portal.web.htmx import away, show
from portal.web.present import known
from portal.web.site import site
from portal.web.words import _, here


@room.route("/delete-account", methods=["GET", "POST"])
@open_to_all
def public() -> Response:
    """Tell anybody how an account is deleted, what goes and what stays, and begin with a code (RULES E1 to E3, R3)."""
    form = AddressForm()
    if form.validate_on_submit():
        onward = url_for("deletion.parts" if "part" in request.form else "deletion.page")
        try:
            token = accounts.ask_code(form.email.data, network(), here().language, onward)
        except accounts.NotAnAddress as problem:
            form.email.errors = [_(problem.say)]
        else:
            return with_attempt(away(url_for("accounts.sign_in_code")), token)
    return show(
        "deletion/public.html",
        status=422 if form.errors else 200,
        form=form,
        promises=service.promises(here().language),
        days=site().grace_days,
        part_days=site().part_grace_days,
        most=service.most_days(),
    )


@room.after_app_request
def forget_browser(response: Response) -> Response:
    """Let a browser whose session is gone, for its account was erased, forget what it kept of us (RULES E7)."""
    now = known()
    if now.session is None or now.session.account_id or now.request.method != "GET" or response.status_code >= 500:
        return response
    session = cookies.got(SESSION)
    if session and service.is_gone(session):
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        cookies.drop(response, SESSION)
    return response
