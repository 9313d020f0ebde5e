"""The page of a reporter's case: what happens now, messages, more facts, taking it back; and a lost link."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import abort, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress
from portal.accounts.views import network
from portal.cases import deadlines, service
from portal.cases.models import Case
from portal.cases.service import thread
from portal.cases.service.states import FINAL
from portal.cases.service.thread import NothingSaid
from portal.cases.words import Standing, event, standing
from portal.children.forms.following import LinkForm, MessageForm
from portal.children.forms.reporting import AccountForm
from portal.children.service import following, helping, outcome, reporting
from portal.children.views.room import room
from portal.consents.words import local
from portal.kernel import clean
from portal.kernel.problems import N_, NotNow
from portal.web.guards import open_to_all
from portal.web.htmx import alone, away, show
from portal.web.words import _, here

OUTCOMES_SAID = {
    "delete": N_("We delete the account. It begins when the time to appeal is over."),
    "stop": N_("The data of the account is used for nothing but what it needs to work."),
    "see": N_("You can read below what two people here released."),
    "keep": N_("The data is kept safe and used for nothing else."),
    "nothing": N_("There is nothing to do: it is no account of a child, or there is none."),
    "refuse": N_("We do not do what you asked for."),
    "overturned": N_("The decision was undone after an appeal, and others decide anew."),
}
_SAID = {
    "say": N_("Your message was sent."),
    "add": N_("We added it and look again."),
    "withdraw": N_("Your report was taken back."),
}


def path_of(case: Case) -> str:
    """Return the path of a reporter's case, with its secret."""
    return urlsplit(service.secret_url(case)).path


@room.route("/children/cases/<string:reference>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def one(reference: str, secret: str) -> Response:
    """Show a case to whoever has its address, and do what they want with it; before the code it asks for that."""
    case = following.by_secret(reference, secret)
    if not reporting.is_proven(case) and case.state == "open":
        return away(url_for("children.code", reference=case.reference, secret=reporting.ticket(case)))
    message, account, said = MessageForm(), AccountForm(), ""
    if request.method == "POST":
        deed = request.form.get("do", "say")
        if deed not in _SAID:
            abort(400)
        if _do(deed, case, message, account):
            if not alone():
                return away(path_of(case))
            said, message, account = _(_SAID[deed]), MessageForm(formdata=None), AccountForm(formdata=None)
            case = service.by_reference(case.reference)
        elif deed == "add":
            message = MessageForm(formdata=None)
        else:
            account = AccountForm(formdata=None)
    wrong = account if account.errors else message
    status = 422 if wrong.errors else 200
    known = {**_facts(case), "form": wrong, "message": message, "account": account, "url": path_of(case)}
    return show("children/one.html", "children/_report.html", said=said, status=status, **known)


@room.route("/children/lost-link", methods=["GET", "POST"])
@open_to_all
def lost() -> Response:
    """Send the address of a case anew, to the mailbox it came from alone; the answer is the same for every address."""
    form, done = LinkForm(), False
    if form.validate_on_submit():
        try:
            following.send_link(form.email.data, network(), here().language)
            done = True
        except NotAnAddress as problem:
            form.email.errors = [_(problem.say) + " " + _(problem.then)]
    return show("children/lost.html", form=form, done=done, status=422 if form.errors else 200)


def _do(deed: str, case: Case, message: MessageForm, account: AccountForm) -> bool:
    match deed:
        case "say":
            try:
                following.say(case, str(message.text.data or ""))
            except NothingSaid as problem:
                message.text.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
        case "add":
            if account.validate():
                following.add(case, account.named())
        case "withdraw":
            with suppress(NotNow):  # taken back or decided before: the page says so
                following.withdraw(case)
    return not message.errors and not account.errors


def _facts(case: Case) -> dict[str, Any]:
    report = reporting.of_case(case)
    return {
        "case": case,
        "standing": _standing(case),
        "look_by": following.looked_at_by(case),
        "forget_on": report.forget_on,
        "keep_until": report.keep_until,
        "steps": [(line.at, event(line.name)) for line in service.timeline(case)],
        "messages": [
            (one.author == "person", one.sent_at or one.at, _text(one.body))
            for one in thread.said(case)
            if one.author != thread.UNPROVEN
        ],
        "told": outcome.of(case),
        "outcomes": OUTCOMES_SAID,
        "authority": local(dict(deadlines.authority(case.country).name)),
        "may_say": outcome.under_way(case),
        "own": following.is_own(report),
        "help": helping.of(case.country),
    }


def _standing(case: Case) -> Standing:
    """Return the same line until there is an answer, whether or not staff have decided by then."""
    if outcome.under_way(case):
        return Standing(N_("Our staff look at it"), "", N_("Answer by %(day)s at the latest"), case.complete_by)
    if case.state not in FINAL:  # a verified parent reads on while it is carried out
        told = outcome.of(case)
        until = told.appeal_until if told else case.complete_by
        return Standing(N_("Decided, and being carried out"), "on", N_("You can appeal until %(day)s"), until)
    return standing(case, unproven=False)


def _text(body: str) -> Markup:
    return Markup(clean.text(body))  # noqa: S704 - bleach escapes what it keeps
