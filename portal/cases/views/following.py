"""The page of one request, for somebody signed in and for whoever has its address from the mail: the same page."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from portal.cases import service
from portal.cases.forms.requests import MessageForm
from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import agents, attempts, codes, thread
from portal.cases.views.listing import PAGES, own_page
from portal.cases.views.room import room
from portal.cases.views.showing import facts_of
from portal.kernel import limits
from portal.kernel.problems import N_, NotNow
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.words import _

PER_CASE = "30/hour"
PLACE = "requests"  # other kinds are followed on pages of their own rooms
_SAID = {
    "say": N_("Your message was sent."),
    "cancel": N_("Your request was taken back."),
    "reopen": N_("Your request is open again."),
    "review": N_("Somebody else looks at it."),
    "person": N_("We wrote to the person again."),
}


@room.route("/requests/<string:reference>", methods=["GET", "POST"])
def one(reference: str) -> Response:
    """Show a request of somebody signed in, and do what they want with it."""
    case = service.own(reference, me().subject_id)
    if kind(case.kind).place != PLACE:
        return away(urlsplit(service.secret_url(case)).path)
    if request.method == "GET" and case.kind in PAGES and case.id in service.begun([case]):
        return away(own_page(case, begun=True))
    author = "person" if case.acting == "self" or case.subject_id == me().subject_id else "agent"
    return _answer(case, url_for("cases.one", reference=case.reference), author, door="session")


@room.route("/requests/<string:reference>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def by_mail(reference: str, secret: str) -> Response:
    """Show the request of a mailed address to whoever has it."""
    case = service.by_secret(reference, secret)
    if kind(case.kind).place != PLACE:
        return away(urlsplit(service.secret_url(case)).path)
    author = "person" if case.acting == "self" else "agent"
    return _answer(case, mailed_page(case, secret), author, door="mail")


@room.post("/requests/<string:reference>/confirm")
@recently_confirmed
def confirm(reference: str) -> Response:
    """Prove a request by a session that was confirmed a moment ago."""
    case = service.own(reference, me().subject_id)
    codes.confirm(case)
    return away(url_for("cases.one", reference=case.reference))


def mailed_page(case: Case, secret: str) -> str:
    """Return the path of a request for whoever has its address."""
    return url_for("cases.by_mail", reference=case.reference, secret=secret.lower())


def _answer(case: Case, url: str, author: str, door: str) -> Response:
    form, said = MessageForm(), ""
    if request.method == "POST":
        deed = request.form.get("do", "say")
        if deed not in _SAID:
            abort(400)
        if deed != "say" or form.validate():
            _do(deed, case, author, str(form.text.data or ""))
            if not alone():
                return away(url)
            said, form = _(_SAID[deed]), MessageForm(formdata=None)
            case = service.by_reference(case.reference)
    known: dict[str, Any] = {**facts_of(case, author), "form": form, "url": url, "door": door}
    return show("cases/one.html", "cases/_request.html", said=said, status=422 if form.errors else 200, **known)


def _do(deed: str, case: Case, author: str, text: str) -> None:
    limits.hit(PER_CASE, "done in request", case.reference)
    match deed:
        case "say":
            if case.state in service.FINAL:
                raise NotNow
            thread.say(case, author, text)
        case "cancel":
            service.cancel(case, author)
        case "reopen":
            service.reopen(case, author)
        case "review":
            service.ask_review(case, author)
        case "person":
            _ask_again(case)


def _ask_again(case: Case) -> None:
    """Write to the person once more, if they have not answered."""
    row = attempts.newest(case, attempts.AGENT)
    with suppress(NotNow):
        if row is None or row.state != attempts.ASKED or case.state != "open":
            raise NotNow
        agents.ask(case, row.address)
