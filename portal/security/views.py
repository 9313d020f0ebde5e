"""Sign-in and security: addresses, records to claim, sessions; and what happened with the account."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from babel import Locale
from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import alarms, identifiers, passwords, proving, sessions
from portal.accounts.addresses import WrongCode
from portal.accounts.masks import mask
from portal.accounts.models import Identifier, Session
from portal.accounts.staff.looks import SAID
from portal.consents.words import titled, when
from portal.kernel.problems import N_, NotFound, Problem, TooManyTries
from portal.notices import bounces
from portal.security import service
from portal.security.forms import NEW, ProofForm
from portal.security.words import ROLES_SAID
from portal.sources import registry
from portal.sources.identifiers import EXTERNAL
from portal.subjects import claims as claiming
from portal.subjects import service as subjects
from portal.web import navigation, numbers
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.words import _, here

_WORDS = {"role": ROLES_SAID, "reason": SAID}  # codes of the log that are said in words

room = Blueprint("security", __name__)
navigation.entry(room, "page", N_("Sign-in and security"), order=80, covers=("add", "code", "remove", "claims"))
navigation.entry(room, "activity", N_("Activity"), order=85)
navigation.left_out(room, "make_main", "claim", "end_session", "end_others", "not_me")


class Browser(NamedTuple):
    """A session as it is drawn: `here` marks the one that is looked through."""

    id: int
    device: str
    place: str
    begun: str
    seen: str
    here: bool


@room.get("/security")
def page() -> Response:
    """Show how the account is entered, and by whom it is now."""
    return _show_page()


@room.route("/security/add/<string:kind>", methods=["GET", "POST"])
@recently_confirmed
def add(kind: str) -> Response:
    """Ask for an address, then send a code to it, whoever else may hold it."""
    if kind not in NEW:
        abort(404)
    form = NEW[kind]()
    if form.validate_on_submit():
        try:
            number = identifiers.ask(_account(), kind, form.address.data, here().language)
        except TooManyTries:
            raise
        except Problem as problem:
            form.address.errors = [_(problem.say) + " " + _(problem.then)]
        else:
            return away(url_for("security.code", number=number))
    return show("security/add.html", form=form, kind=kind, status=422 if form.errors else 200)


@room.route("/security/codes/<int:number>", methods=["GET", "POST"])
@recently_confirmed
def code(number: int) -> Response:
    """Ask for the code that proves an address: to be added, or on a record that is claimed."""
    proof, form = proving.pending(_account(), number), ProofForm()
    if form.validate_on_submit():
        try:
            if proof.link is None:
                identifiers.add(_account(), number, form.code.data)
            else:
                claiming.prove(_account(), me().subject_id, number, form.code.data)
        except WrongCode as problem:
            form.code.errors = [_(problem.say)]
        else:
            return away(url_for("security.page" if proof.link is None else "security.claims"))
    shown = mask(proof.kind, proof.address) if proof.link else proof.address
    return show("security/code.html", form=form, sent=proof, shown=shown, status=422 if form.errors else 200)


@room.route("/security/addresses/<int:number>/remove", methods=["GET", "POST"])
@recently_confirmed
def remove(number: int) -> Response:
    """Ask once, then take an address away."""
    identifier = identifiers.load(_account(), number)
    if request.method == "POST":
        service.remove(_account(), me().subject_id, number)
        return away(url_for("security.page"))
    last = identifiers.is_last_email(identifier)
    return show("security/remove.html", address=_said(identifier), identifier=identifier, last=last)


@room.post("/security/addresses/<int:number>/main")
@recently_confirmed
def make_main(number: int) -> Response:
    """Make an address the main one."""
    identifiers.make_main(_account(), number)
    return away(url_for("security.page"))


@room.post("/security/sessions/<int:number>/end")
@recently_confirmed
def end_session(number: int) -> Response:
    """End one session."""
    service.end_session(_account(), number)
    return _show_page(_("That browser is signed out.")) if alone() else away(url_for("security.page"))


@room.post("/security/sessions/end-others")
@recently_confirmed
def end_others() -> Response:
    """End every session but this one."""
    service.end_others(_account(), me().token)
    return _show_page(_("All other browsers are signed out.")) if alone() else away(url_for("security.page"))


@room.get("/security/claims")
def claims() -> Response:
    """Show, masked, the records that still lack a proof."""
    found = claiming.listed(me().subject_id)
    return show("security/claims.html", claims=found, asked=service.inquiries(me().subject_id))


@room.post("/security/claims/<int:number>")
@recently_confirmed
def claim(number: int) -> Response:
    """Send a code to an address on the record, or ask staff."""
    if (way := request.form.get("way", "")) == "staff":
        service.ask_staff(me().subject_id, number)
        return away(url_for("security.claims"))
    proof = claiming.ask(_account(), me().subject_id, number, way, here().language)
    return away(url_for("security.code", number=proof))


@room.route("/security/not-me/<string:token>", methods=["GET", "POST"])
@open_to_all
def not_me(token: str) -> Response:
    """Show what the link would do; only the button does it, for programs open links too."""
    alarm = alarms.by_token(token)
    if request.method == "POST":
        service.not_me(alarm)
        return away(url_for("security.not_me", token=token))
    shown = mask(alarm.kind, alarm.address) if alarm.address else ""
    return show("security/not_me.html", alarm=alarm, shown=shown)


@room.get("/activity")
def activity() -> Response:
    """Show what happened, the newest first, day by day."""
    before = numbers.asked("before")
    events, more = service.activity(me().subject_id, before)
    lines = [(here().day(event.at), here().clock(event.at), _sentence(event), event.by_staff) for event in events]
    alike = [(*line, sum(1 for _same in same)) for line, same in groupby(lines)]
    days = [(day, [line[1:] for line in of_day]) for day, of_day in groupby(alike, key=itemgetter(0))]
    return show("security/activity.html", days=days, more=more, first=before is None)


def _show_page(said: str = "") -> Response:
    proven = identifiers.listed(_account())
    return show(
        "security/page.html",
        "security/_sessions.html",
        said=said,
        identifiers=[(row, _said(row)) for row in proven],
        returned=bounces.since(_account(), "email", [row.value for row in proven if row.kind == "email"]),
        browsers=sorted(map(_browser, sessions.live(_account())), key=lambda one: not one.here),
        has_password=passwords.has_one(_account()),
        unproven=bool(subjects.unclaimed(me().subject_id)),
    )


def _said(identifier: Identifier) -> str:
    """Return an address as it is read: a number with the app that gave it."""
    if identifier.kind != EXTERNAL:
        return str(identifier.value)
    source, _colon, number = identifier.value.partition(":")
    return f"{_fact('source', source)}: {number}"


def _browser(session: Session) -> Browser:
    return browser(session, sessions.is_of(session, me().token))


def browser(session: Any, is_here: bool) -> Browser:
    """Return a session, a person's or one of the staff, as it is drawn."""
    program, _slash, system = session.device.partition(", ")
    known = _("%(browser)s on %(system)s", browser=program, system=system)
    device = known if system else program or _("A browser that we do not know")
    begun, seen = when(here(), session.created_at), when(here(), session.seen_at)
    return Browser(session.id, device, _place(session.place), begun, seen, is_here)


def _place(place: str) -> str:
    """Return a place in words: a country's code is spelled, anything else is as the proxy said it."""
    return str(Locale.parse(here().language).territories.get(place, place))


def _sentence(event: service.Happened) -> str:
    return _(event.sentence, **{name: _fact(name, fact) for name, fact in event.facts.items()})


def _fact(name: str, fact: Any) -> Any:
    if name in _WORDS:
        return _(_WORDS[name].get(fact, fact))
    if name == "purpose":
        return titled(fact)
    if name != "source":
        return fact
    try:
        return registry.active().get(fact).title.in_(here().language)
    except NotFound:  # it was disconnected since
        return fact


def _account() -> int:
    return me().account_id or 0  # the guard lets only signed-in people in
