"""What a request does to the use of data: stopped at once while it is checked, granted, or lifted after a notice.

Whatever is stopped is an event of the ledger, so that whoever asks "may we?" reads one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from portal import config
from portal.cases.models import Case, Lifting
from portal.cases.service import identity, notifying
from portal.cases.service.moving import move, note
from portal.consents import service as consents
from portal.consents.service import (
    CHECKING,
    LIFTED,
    LIFTING,
    NONE,
    OBJECTION,
    REJECTED,
    RESTRICTED,
    RESTRICTION,
    STOPS,
    UPHELD,
    Choice,
    Made,
    UnknownChoice,
)
from portal.kernel import clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem
from portal.kernel.work import Claim
from portal.notices import messages
from portal.web import words

MARKETING = "marketing"
KINDS = frozenset({"restriction", "objection", "withdrawal"})
_WORDS = {
    "restriction": N_("My data is stored only, until it is clear what may be done with it."),
    "objection": N_("I object to this use of my data."),
    "withdrawal": N_("I take this consent back."),
    "correction": N_("My data is stored only while you check what I say is wrong."),
}


class NoticeFirst(Problem):
    """Somebody wants to end a restriction of which the person was not told, or before the day that they were told."""

    status, code = 409, "notice-first"
    say = N_("The person has to be told first, and the day that they were told has to come.")
    then = N_("Announce the end. It takes effect by itself.")


def filed(case: Case) -> bool:
    """Let what was asked for hold from now on, before anybody decides; tell whether it does.

    Only for whoever is proven well enough for this kind of request, or a stranger could stop somebody's account.
    A restriction, or what an objection is about, stops while it is checked (RULES X7, L3); so does all use where a
    correction is asked for with that wish. An objection to marketing and a consent taken back need no check: they hold
    for good, and the request is approved (M1, C1). Raises UnknownChoice for a use that the site does not have.
    """
    if case.state != "open" or not case.subject_id or identity.missing(case):
        return False
    about = asked_about(case)
    with atomic():
        if case.kind == "restriction" or (case.kind == "correction" and _with(case, "restrict")):
            _stop(case, {RESTRICTION: CHECKING})
        elif case.kind == "objection":
            _object(case, about)
        elif case.kind == "withdrawal":
            _switch_off(case, about)
        if _settled(case, about):
            move(case, "approved", "needs no decision", "worker")
    return True


def asked_about(case: Case) -> tuple[str, ...]:
    """Return the purposes, parts of their names such as "marketing", or uses that a request is about.

    One that names none is about all that can be stopped. Raises UnknownChoice.
    """
    site, name = config.site(), _with(case, "purpose")
    if name and not consents.covered(name) and name not in site.uses:
        raise UnknownChoice(purpose=name)
    if case.kind == "withdrawal":
        known = consents.covered(name) if name else tuple(site.purposes)
        return tuple(one for one in known if site.purposes[one].legal_basis == "consent")
    if name:
        return (name,)
    others = [one for one in (*site.purposes, *site.uses) if not _absolute(one) and consents.stoppable(one)]
    return (MARKETING, *others) if consents.covered(MARKETING) else tuple(others)


def _with(case: Case, name: str) -> str:
    return str((case.asked or {}).get(name, ""))


def _settled(case: Case, about: tuple[str, ...]) -> bool:
    return case.kind == "withdrawal" or (case.kind == "objection" and all(map(_absolute, about)))


def _absolute(about: str) -> bool:
    """Tell marketing, to which an objection cannot be refused."""
    return about == MARKETING or about.startswith(f"{MARKETING}.")


def _object(case: Case, about: tuple[str, ...]) -> None:
    _switch_off(case, filter(_absolute, about))
    _stop(case, {OBJECTION + name: UPHELD if _absolute(name) else CHECKING for name in about if _can_stop(name)})


def _can_stop(about: str) -> bool:
    return _absolute(about) or consents.stoppable(about)


def _switch_off(case: Case, about: Iterable[str]) -> None:
    """Take consents back, as the person could with a switch."""
    known = config.site().purposes
    names = dict.fromkeys(name for one in about for name in consents.covered(one))
    made = [Made(name, known[name].states[0], known[name].wording[_site_language(case)]) for name in names]
    if made:
        terms = {"notice": consents.REQUEST, "notice_version": case.reference, "language": _language(case)}
        consents.record_all(case.subject_id, made, actor="person", channel=case.channel, **terms)


def _stop(case: Case, states: Mapping[str, str]) -> None:
    """Stop what is not stopped already: an older request that has stopped it keeps it, and decides when it ends."""
    before = consents.standing(case.subject_id)
    held = {name for name, _ in consents.stops(before) if before[name].state != LIFTING}
    new = {name: state for name, state in states.items() if name not in held}
    if new:
        _say(case, new, "person")
        note(case, "stopped", "worker", names=sorted(new))


def carry_out(claim: Claim[Case]) -> None:
    """Grant an approved request, then wait until every system has taken it; only then it is fulfilled."""
    case = claim.row
    if case.state == "approved":
        with claim.step():
            _grant(case)
            move(case, "in_progress", "granted", "worker")
            Case.update(due_at=clock.now()).where(Case.id == case.id).execute()
    following = consents.of_case(consents.standing(case.subject_id), case.reference)
    if consents.unconfirmed(case.subject_id, following):
        claim.later(work.backoff(case.attempts))
        return
    with claim.step():
        move(case, "fulfilled", "in force everywhere", "worker")
        notifying.news(case, "in force")


def _grant(case: Case) -> None:
    """Turn "while we check" into "for good", also where nothing was stopped before, for want of a proof."""
    _take_back_liftings(case)
    if case.kind == "restriction":
        _say(case, {RESTRICTION: RESTRICTED}, "worker")
    elif case.kind == "objection":
        about = asked_about(case)
        before = consents.of_case(consents.standing(case.subject_id), case.reference)
        _switch_off(case, [name for name in about if _absolute(name) and OBJECTION + name not in before])
        new = [name for name in about if OBJECTION + name not in before or not _absolute(name)]
        _say(case, dict.fromkeys((OBJECTION + name for name in new), UPHELD), "worker")
    elif not consents.of_case(consents.standing(case.subject_id), case.reference):
        _switch_off(case, asked_about(case))


def ended(case: Case, actor: str) -> None:
    """Announce that what a case stopped while it was checked goes on again; nothing where nothing is stopped.

    It goes on after `rules.lift_days`, and the notice is queued in this transaction (RULES X7).
    """
    names = [
        name
        for name, choice in _mine(case).items()
        if choice.state in STOPS and not _absolute(name.removeprefix(OBJECTION))
    ]
    to = notifying.recipient(case)
    if not names:
        return
    if to is None:
        note(case, "nobody to tell", "worker", internal=True)
        return
    on = clock.now() + timedelta(days=config.site().lift_days)
    with atomic():
        row = Lifting.create(case=case, names=names, notice="", on=on, due_at=on)
        row.notice = f"request:{case.reference}:resumes:{row.id}"
        row.save()
        messages.use_resumes(to, row.notice, case.reference, on, notifying.page_url(case))
        _say(case, dict.fromkeys(names, LIFTING), actor)
        note(case, "end announced", actor, on=on.isoformat())


def lift(row: Lifting, actor: str = "worker") -> None:
    """End what was announced to end; raises NoticeFirst before its day, and where nobody was told."""
    if not messages.queued(row.notice) or clock.now() < row.on:
        raise NoticeFirst
    case = row.case
    with atomic():
        if Lifting.update(state="lifted", due_at=None).where(Lifting.id == row.id, _announced()).execute():
            ends = {name: _end(name) for name, choice in _mine(case).items() if choice.state == LIFTING}
            _say(case, ends, actor)
            note(case, "used again", actor)


def _announced() -> object:
    return Lifting.state == "announced"


def _end(name: str) -> str:
    return LIFTED if name == RESTRICTION else REJECTED


def checked_anew(case: Case) -> None:
    """Stop again what a case had stopped, for it is looked at once more."""
    if not case.subject_id:
        return
    _take_back_liftings(case)
    over = {name: CHECKING for name, choice in _mine(case).items() if choice.state in (LIFTING, LIFTED, REJECTED)}
    _say(case, over, "worker")


def taken_back(case: Case, actor: str) -> None:
    """End at once what a case stopped: the person wants it so, and needs no notice of it."""
    _take_back_liftings(case)
    _say(case, {name: NONE for name, choice in _mine(case).items() if choice.state in STOPS}, actor)


def end(case: Case) -> None:
    """End what a case stopped, for its person says so; a request that only asked for that is taken back with it.

    NotNow while it is being carried out.
    """
    if case.state in ("approved", "in_progress") and case.kind == "restriction":
        raise NotNow
    with atomic():
        if case.state == "open" and case.kind == "restriction":
            move(case, "revoked", "cancelled", "person")
        taken_back(case, "person")
        note(case, "used again", "person")


def _take_back_liftings(case: Case) -> None:
    Lifting.update(state="taken back", due_at=None).where(Lifting.case == case.id, _announced()).execute()


def _mine(case: Case) -> dict[str, Choice]:
    """Return what a case has stopped or did stop, by its name in the ledger."""
    if not case.subject_id:
        return {}
    mine = consents.of_case(consents.standing(case.subject_id), case.reference)
    return {name: choice for name, choice in mine.items() if name == RESTRICTION or name.startswith(OBJECTION)}


def _say(case: Case, states: Mapping[str, str], actor: str) -> None:
    if states:
        language = _language(case)
        wording = words.of(language).say(_WORDS.get(case.kind, _WORDS["restriction"]))
        terms = {"case": case.reference, "wording": wording, "language": language, "actor": actor}
        consents.say_no(case.subject_id, states, **terms, channel=case.channel)


def _language(case: Case) -> str:
    to = notifying.recipient(case)
    return case.language or (to.language if to else config.site().languages[0])


def _site_language(case: Case) -> str:
    language = _language(case)
    return language if language in config.site().languages else config.site().languages[0]
