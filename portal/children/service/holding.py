"""What is held of an account because it may be a child's: as events of the ledger, so that everything that asks obeys.

A hold says no and changes no choice: once it ends, what the person chose holds again, in every system. It never stops
a copy of one's own data, nor any other right.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import config
from portal.accounts import service as accounts
from portal.cases.service.moving import note
from portal.children import bands
from portal.children.models import ChildHold, Match, Report, Ruling
from portal.children.service.states import HELD, HOLD_MOVES, IN_FORCE, LIFTED
from portal.config import NEVER, Purpose, Site, Use
from portal.consents import service as consents
from portal.consents.service.names import HELD as SAYS_NO
from portal.consents.service.names import HOLD, NONE
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.notices import messages
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from portal.web import words

AT_PROOF, AT_TRIAGE = 1, 2
FIRST = ("marketing", "sharing")
WAITS = timedelta(days=2)  # before an untouched hold goes to an admin
LASTS = timedelta(days=90)  # at the longest, if nobody decides
ONE_IN = timedelta(days=365)
WORDING = N_(
    "This account may be a child's. Until that is clear, its data is used for nothing but what it needs to work."
)

audit.declare("children.held", "reference", "level")
audit.declare("children.hold_ended", "reference", "state")


class NoSigns(Problem):
    """Somebody lifts a hold by themselves, and no system shows that they are grown up."""

    status, code = 409, "no-signs-of-an-adult"
    say = N_("We cannot see from what we hold that you are grown up, so a person has to look at it.")
    then = N_("Answer on this page. You need no papers, and you can still get a copy of your data.")


class Ruled(Problem):
    """Somebody lifts a hold by themselves that two of the staff have decided on."""

    status, code = 409, "decided-by-two"
    say = N_("Two people here have decided about this account, so it cannot be ended with one tap.")
    then = N_("Appeal, with the link in our mail about the decision: a third person then looks at it.")


def place(report: Report, subject_id: int, level: int = AT_PROOF) -> ChildHold | None:
    """Hold an account at a report, and tell its holder; None where it is held, or was within a year.

    Inside a transaction. What is held is in force with the commit, and carried into every system (RULES K3).
    """
    Subject.update(account=Subject.account).where(Subject.id == subject_id).execute()  # two reports take turns here
    recent = (ChildHold.subject == subject_id) & (ChildHold.since > clock.now() - ONE_IN)
    if ChildHold.select().where(recent).exists():
        note(report.case, "held before", "worker", internal=True)
        return None
    hold: ChildHold = ChildHold.create(
        subject=subject_id,
        report=report,
        level=level,
        band=stage(report),
        language=_language(subject_id, report),
        until=clock.today() + LASTS,
        due_at=clock.now() + WAITS,
    )
    _say(hold, dict.fromkeys(stopped_at(level), SAYS_NO), "worker")
    note(report.case, "held", "worker", internal=True, level=level, hold=hold.reference)
    audit.record("children.held", subject=subject_id, actor="worker", reference=hold.reference, level=level)
    _tell(hold)
    return hold


def raise_to(hold: ChildHold, level: int, staff: int) -> None:
    """Hold more of an account, at triage; NotNow where it is not held, or is held as far already."""
    with atomic():
        more = ChildHold.update(level=level, seen_by=staff)
        mine = (ChildHold.id == hold.id) & (ChildHold.state == HELD) & (ChildHold.level < level)
        if not more.where(mine).execute():
            raise NotNow
        hold.level, hold.seen_by = level, staff
        _say(hold, dict.fromkeys(stopped_at(level), SAYS_NO), f"staff:{staff}")
        note(hold.report.case, "held", f"staff:{staff}", internal=True, level=level, hold=hold.reference)
        keys = {"reference": hold.reference, "level": level}
        audit.record("children.held", subject=hold.subject_id, actor=f"staff:{staff}", **keys)


def seen(hold: ChildHold, staff: int) -> None:
    """Note that somebody of the staff has looked at a hold, so that it neither lapses nor goes to an admin."""
    first = ChildHold.update(seen_by=staff, due_at=None)
    first.where(ChildHold.id == hold.id, ChildHold.state == HELD, ChildHold.seen_by.is_null()).execute()


def end(hold: ChildHold, state: str, actor: str) -> None:
    """End a hold: LIFTED, LAPSED or OVER; what was chosen holds again everywhere. NotNow where it has ended."""
    if state not in HOLD_MOVES[HELD]:
        raise ValueError(state)
    with atomic():
        over = ChildHold.update(state=state, ended_at=clock.now(), ended_by=actor, due_at=None)
        if not over.where(ChildHold.id == hold.id, ChildHold.state == HELD).execute():
            raise NotNow
        if hold.subject_id:
            held = consents.of_case(consents.standing(hold.subject_id), hold.reference)
            _say(hold, {name: NONE for name in held if name.startswith(HOLD)}, actor)
        note(hold.report.case, "hold over", actor, internal=True, state=state, hold=hold.reference)
        keys = {"reference": hold.reference, "state": state}
        audit.record("children.hold_ended", subject=hold.subject_id, actor=actor, **keys)
    hold.state = state


def lift_alone(subject_id: int) -> None:
    """Lift the hold of somebody who confirmed their session, where the systems show signs of an adult.

    Raises NotFound where nothing is held, Ruled once two of the staff have decided, NoSigns where nobody can see that
    they are grown up.
    """
    hold = of(subject_id)
    if hold is None:
        raise NotFound
    if is_ruled(subject_id):
        raise Ruled
    if not signs(hold):
        raise NoSigns
    end(hold, LIFTED, "person")


def is_ruled(subject_id: int) -> bool:
    """Tell whether what is held of a person rests on a decision: then an appeal ends it, and no tap of theirs."""
    return Ruling.select().where(Ruling.subject == subject_id, Ruling.state == IN_FORCE).exists()


def of(subject_id: int) -> ChildHold | None:
    """Return what is held of a person's account now."""
    found: ChildHold | None = ChildHold.get_or_none(ChildHold.subject == subject_id, ChildHold.state == HELD)
    return found


def signs(hold: ChildHold) -> set[str]:
    """Return the signs of an adult that were found when the report was looked into."""
    about = (Match.report == hold.report_id) & (Match.subject == hold.subject_id)
    return {sign for row in Match.select(Match.signals).where(about) for sign in row.signals}


def stopped_at(level: int) -> tuple[str, ...]:
    """Return the reserved names that a level says no with: marketing, sharing and what is never for children, later
    all that can stop."""
    site = config.site()
    rest = {name.partition(".")[0] for name in site.purposes} | {use for use in site.uses if consents.stoppable(use)}
    more = sorted(rest - set(FIRST)) if level >= AT_TRIAGE else []
    return tuple(HOLD + name for name in dict.fromkeys((*FIRST, *_never(site), *more)))


def _never(site: Site) -> list[str]:
    """Return what the site's file keeps from children and marketing and sharing do not cover."""
    known: dict[str, Purpose | Use] = {**site.purposes, **site.uses}
    return [name for name, one in known.items() if one.children == NEVER and name.partition(".")[0] not in FIRST]


def stage(report: Report) -> str:
    """Return the stage that a report says its child is in, the younger reading; "" where it says no month."""
    if report.birth_year is None or report.birth_month is None:
        return ""
    today = clock.today()
    return bands.stages(report.birth_year, report.birth_month, report.age_limit, today, today)[0]


def secret(reference: str) -> str:
    """Return the secret of the holder's page."""
    return tokens.derived("child hold", reference)


def url(hold: ChildHold) -> str:
    """Return the address at which a holder reads what is held and answers."""
    return f"{config.site().base_url}/children/holds/{hold.reference}/{secret(hold.reference)}"


def _tell(hold: ChildHold) -> None:
    account = subjects.account_of(hold.subject_id)
    if account is not None and (to := accounts.recipient(account)):
        to = messages.Recipient(to.address, hold.language, to.account)
        messages.child_held(to, f"child hold:{hold.reference}", hold.reference, url(hold))
        ChildHold.update(told_at=clock.now()).where(ChildHold.id == hold.id).execute()
    else:
        note(hold.report.case, "nobody to tell", "worker", internal=True)


def _language(subject_id: int, report: Report) -> str:
    """Return the language in which the holder reads; who has none with us reads that of the report."""
    account = subjects.account_of(subject_id)
    chosen = accounts.language(account) if account is not None else None
    return chosen or report.case.language or config.site().languages[0]


def _say(hold: ChildHold, states: dict[str, str], actor: str) -> None:
    if states:
        wording = words.of(hold.language).say(WORDING)
        terms: dict[str, Any] = {"wording": wording, "language": hold.language, "actor": actor, "channel": "portal"}
        consents.say_no(hold.subject_id, states, case=hold.reference, **terms)
