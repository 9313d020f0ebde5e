"""Filing a request: what it is about, then one short form."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress
from portal.accounts.views import network
from portal.cases import service
from portal.cases.forms.requests import TRAP, wish_form
from portal.cases.kinds import KINDS, kind
from portal.cases.models import Case
from portal.cases.service import identity
from portal.cases.views.room import room
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.web.fields import Form
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here

# Kinds with a page of their own: for whoever is signed in, and for everybody.
_OWN = {"download": "/download", "deletion": "/deletion"}
_CONTACT = {"inquiry": "/contact?about=inquiry", "complaint": "/contact?about=complaint"}


@room.get("/requests/new")
@open_to_all
def choose() -> Response:
    """Show what a request can be about."""
    found = [(_place(one.id), one.title, one.about) for one in KINDS.values() if one.public]
    return show("cases/choose.html", kinds=found)


@room.route("/requests/new/<string:about>", methods=["GET", "POST"])
@open_to_all
def ask(about: str) -> Response:
    """Ask what one kind of request needs, and file it."""
    wanted = kind(about)
    if not wanted.public:
        raise NotFound
    if (place := _place(about)) != url_for("cases.ask", about=about):
        return away(place)
    form = wish_form(wanted, known=is_known())
    if (filed := file(form, about)) is not None:
        return filed
    _preselect(form)
    return show("cases/ask.html", form=form, kind=wanted, trap=TRAP, status=422 if form.errors else 200)


@room.get("/requests/sent")
@open_to_all
def sent() -> Response:
    """Say to everybody alike that we have written to them."""
    return show("cases/sent.html")


def is_known() -> bool:
    """Tell whether somebody is signed in."""
    return me().account_id is not None


def file(form: Form, about: str) -> Response | None:
    """File what a form asks for and answer; None where it was not sent, or something in it is wrong."""
    if request.method != "POST":
        return None
    if request.form.get(TRAP):
        return away(url_for("cases.sent"))  # whatever fills what nobody sees is told that all went well
    if not form.validate():
        return None
    try:
        case = _file(_wish(form, about), form)
    except NotAnAddress as problem:
        field = form["other" if _is_wrong(form, "other") else "email"]
        field.errors = [_(problem.say) + " " + _(problem.then)]
        return None
    if not is_known():
        return away(url_for("cases.sent"))
    page = url_for("cases.one", reference=case.reference)
    confirm = case.acting == "self" and identity.missing(case)
    return away(f"/confirm?next={page}" if confirm else page)


def _file(wish: service.Wish, form: Form) -> Case:
    if not is_known():
        return service.file_publicly(wish, form["email"].data, network(), here().language)
    fresh = me().fresh_until
    confirmed = fresh is not None and fresh > clock.now()
    return service.file_signed_in(wish, me().subject_id, here().language, confirmed=confirmed)


def _wish(form: Form, about: str) -> service.Wish:
    acting = service.RELATIVE if about == "deceased" else _typed(form, "acting") or service.SELF
    purpose = _typed(form, "purpose")
    return service.Wish(
        about,
        words=_typed(form, "words"),
        country=_typed(form, "country"),
        acting=acting,
        other=_typed(form, "other") if acting != service.SELF else "",
        asked={"purpose": purpose} if purpose else {},
    )


def _preselect(form: Form) -> None:
    """Choose the use that a link from elsewhere names, where nothing was sent yet."""
    named = request.args.get("purpose", "")
    if request.method == "GET" and "purpose" in form and named in {one.value for one in form["purpose"].options()}:
        form["purpose"].data = named


def _typed(form: Form, name: str) -> str:
    data: Any = form[name].data if name in form else ""
    return str(data or "")


def _is_wrong(form: Form, name: str) -> bool:
    if not _typed(form, name):
        return False
    try:
        service.normal_email(_typed(form, name))
    except NotAnAddress:
        return True
    return False


def _place(about: str) -> str:
    place = _CONTACT.get(about) or (_OWN.get(about) if is_known() else None)
    return place or url_for("cases.ask", about=about)
