"""How staff keep a case moving: who has it, for whom it waits, until when it may rest, what it really is.

None of this stops a clock (RULES D5), and nothing is put off beyond the day by which the law wants it done.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.accounts.staff import members as members_
from portal.accounts.staff.models import StaffAccount
from portal.cases import deadlines
from portal.cases.kinds import kind
from portal.cases.models import Case, Decision
from portal.cases.service import reopening
from portal.cases.service.deciding import KIND_CHANGED
from portal.cases.service.moving import note
from portal.cases.service.queue import WAITING
from portal.cases.service.states import FINAL
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem

audit.declare("cases.kind_changed", "reference", "kind")


class TakenAlready(Problem):
    """Somebody else has taken the case meanwhile."""

    status, code = 409, "taken-already"
    say = N_("A colleague has taken this request meanwhile.")
    then = N_("Look who has it. If you should do it, let it be given to you there.")


class BadDay(Problem):
    """A day to rest until that is over, or beyond the legal date; facts: `by`."""

    status, code = 422, "bad-day"
    say = N_(
        "A request can rest until a day after today and not beyond the day by which it must be completed (%(by)s)."
    )
    then = N_("Choose a day before that. If more time is needed, extend the time with a reason.")


def take(case: Case, staff: int) -> None:
    """Take a case that nobody has; TakenAlready where somebody was quicker."""
    if case.assignee == staff:
        return
    _assign(case, Case.assignee.is_null(), staff, staff)


def give(case: Case, to: int | None, staff: int) -> None:
    """Give a case to a member of the staff, or back to nobody; NotFound where there is no such member at work."""
    if to is not None and not StaffAccount.select().where(StaffAccount.id == to, members_.usable()).exists():
        raise NotFound
    seen = Case.assignee.is_null() if case.assignee is None else Case.assignee == case.assignee
    _assign(case, seen, to, staff)


def members() -> dict[int, str]:
    """Return the names of the staff by number, also of those who left, by name."""
    return dict(sorted(((row.id, row.name) for row in members_.everybody()), key=lambda one: one[1].casefold()))


def working() -> dict[int, str]:
    """Return those who can be given something."""
    rows = StaffAccount.select().where(members_.usable())
    return dict(sorted(((row.id, row.name) for row in rows), key=lambda one: one[1].casefold()))


def _assign(case: Case, seen: Any, to: int | None, staff: int) -> None:
    with atomic():
        if not Case.update(assignee=to).where(Case.id == case.id, Case.state.not_in(FINAL), seen).execute():
            raise NotNow if case.state in FINAL else TakenAlready
        note(case, "assigned", f"staff:{staff}", internal=True, to=to)
    case.assignee = to


def wait_for(case: Case, whom: str, staff: int) -> None:
    """Note for whom a case waits: "us", "person", "customer" or "source"; NotNow for one that is decided."""
    if whom not in WAITING:
        raise NotFound
    waiting = "" if whom == "us" else whom
    with atomic():
        _change(case, waiting=waiting)
        note(case, "waiting", f"staff:{staff}", internal=True, whom=whom)


def snooze(case: Case, until: date | None, staff: int) -> None:
    """Let a case rest until a morning, None to wake it; BadDay for today, the past, or beyond its legal date."""
    if until is not None and not clock.today() < until <= case.complete_by:
        raise BadDay(by=case.complete_by.isoformat())
    morning = clock.beginning(until) if until else None
    with atomic():
        _change(case, snoozed_until=morning)
        note(case, "snoozed", f"staff:{staff}", internal=True, until=until.isoformat() if until else None)


def mark_test(case: Case, is_test: bool, staff: int) -> None:
    """Take a case out of the queue and the figures because it was made to try something, or put it back."""
    with atomic():
        Case.update(is_test=is_test).where(Case.id == case.id).execute()
        note(case, "marked as a test" if is_test else "not a test", f"staff:{staff}", internal=True)
    case.is_test = is_test


def change_kind(case: Case, to: str, staff: int) -> None:
    """Make a case what it really is; it was received when it was, so its dates count from then (RULES Q2).

    What somebody proposed for the old kind is off the table. NotNow for a case that is decided.
    """
    if to == case.kind:
        return
    if kind(to).other or kind(case.kind).other:
        raise NotNow  # what such a request is about lies in rows of its room
    extended = case.extended_at is not None  # by what the law of the new kind allows, though more was promised
    begun, known = reopening.counted_from(case), {"extension": extended, "processor": case.shared}
    dates = deadlines.terms(to, begun, case.country, **known)
    with atomic():
        before = case.kind
        _change(case, kind=to, complete_by=dates.complete_by, profile=dates.profile, legal_maximum=dates.legal_maximum)
        off = Decision.update(state="withdrawn").where(Decision.case == case.id, Decision.state == "proposed")
        off.execute()
        note(case, KIND_CHANGED, f"staff:{staff}", before=before, after=to)
        keys = {"reference": case.reference, "kind": to}
        audit.record("cases.kind_changed", subject=case.subject_id, actor=f"staff:{staff}", **keys)


def _change(case: Case, **changes: Any) -> None:
    if not Case.update(**changes).where(Case.id == case.id, Case.state == "open").execute():
        raise NotNow
    for name, value in changes.items():
        setattr(case, name, value)
