"""What two of the staff decide about an account: the decision of the case, and what it means for whom it is about.

One proposes and another one agrees, each with the whole reason before them (RULES K3). Only then a worker acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from portal.cases.models import Case, Decision
from portal.cases.service import deciding
from portal.children.models import Report, Ruling
from portal.children.service import triage
from portal.children.service.rulings.fitting import asks_child as asks_child
from portal.children.service.rulings.fitting import stages as stages
from portal.children.service.rulings.fitting import suggested as suggested
from portal.children.service.rulings.outcomes import ABOUT_SOMEBODY as ABOUT_SOMEBODY
from portal.children.service.rulings.outcomes import DELETE as DELETE
from portal.children.service.rulings.outcomes import KEEP as KEEP
from portal.children.service.rulings.outcomes import OUTCOMES as OUTCOMES
from portal.children.service.rulings.outcomes import REFUSE as REFUSE
from portal.children.service.rulings.outcomes import SEE as SEE
from portal.children.service.rulings.outcomes import STOP as STOP
from portal.children.service.rulings.wanted import ChildAsked as ChildAsked
from portal.children.service.rulings.wanted import KeptUntilWhen as KeptUntilWhen
from portal.children.service.rulings.wanted import LedElsewhere as LedElsewhere
from portal.children.service.rulings.wanted import NobodyChosen as NobodyChosen
from portal.children.service.rulings.wanted import NoReason as NoReason
from portal.children.service.rulings.wanted import NothingChosen as NothingChosen
from portal.children.service.rulings.wanted import Wanted as Wanted
from portal.children.service.rulings.wanted import check, of_rows, terms
from portal.children.service.states import HELD, IN_FORCE
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem

PROPOSED, WITHDRAWN, AGREED = "proposed", "withdrawn", "agreed"
DONE, OVERTURNED = "carried out", "overturned"
MOVES: dict[str, frozenset[str]] = {
    PROPOSED: frozenset({WITHDRAWN, AGREED}),
    WITHDRAWN: frozenset(),
    AGREED: frozenset({IN_FORCE}),
    IN_FORCE: frozenset({DONE, OVERTURNED}),
    DONE: frozenset({OVERTURNED}),
    OVERTURNED: frozenset(),
}
APPEAL = timedelta(days=14)

audit.declare("children.ruled", "reference", "outcome")


class AdminNeeded(Problem):
    """Something is to be shown to a parent without an admin."""

    status, code = 409, "admin-needed"
    say = N_("Only an admin can release data to a parent.")
    then = N_("Ask an admin to agree. The proposal stays.")


def propose(case: Case, staff: int, wanted: Wanted) -> Decision:
    """Propose what becomes of a report; an earlier proposal is withdrawn.

    Raises NoReason, NobodyChosen, KeptUntilWhen, NothingChosen, ChildAsked, NotParent, LedElsewhere, and what
    `deciding.propose` raises.
    """
    report = report_of(case)
    check(case, report, wanted)
    outcome, reason = (deciding.REFUSE, wanted.reason) if wanted.outcome == REFUSE else (deciding.FULFIL, "")
    with atomic():
        triage.looked(case, staff)
        row = deciding.propose(case, staff, outcome, reason, wanted.words)
        _move(case, PROPOSED, WITHDRAWN)
        _write(case, report, row, wanted)
    return row


def _write(case: Case, report: Report, decision: Decision, wanted: Wanted) -> None:
    """Write what a decision means for each whom it is about, or whose account is held for it."""
    whom: Iterable[int | None] = wanted.subjects if wanted.outcome in ABOUT_SOMEBODY else _held(case) or (None,)
    given = {"outcome": wanted.outcome, "terms": terms(wanted), "appeal_until": clock.today() + APPEAL, "due_at": None}
    known = {"band": next(iter(stages(report)), ""), "age_limit": report.age_limit}
    for subject in whom:
        Ruling.create(case=case, decision=decision, subject=subject, state=PROPOSED, **given, **known)


def agree(case: Case, staff: int, role: str, number: int) -> None:
    """Agree to a proposal as a second person; AdminNeeded where data is released and it is none.

    What was true when it was proposed is looked at once more. Raises what `propose` raises, and SecondPerson, NotNow.
    """
    found = of_decision(case, number)
    if not found:
        raise NotFound
    if any(one.outcome == SEE for one in found) and role != "admin":
        raise AdminNeeded
    check(case, report_of(case), of_rows(found))
    with atomic():
        triage.looked(case, staff)
        deciding.agree(case, staff, number)
        mine = (Ruling.case == case.id) & (Ruling.decision == number) & (Ruling.state == PROPOSED)
        Ruling.update(state=AGREED, appeal_until=clock.today() + APPEAL).where(mine).execute()
        for one in found:
            audit.record("children.ruled", actor=f"staff:{staff}", reference=case.reference, outcome=one.outcome)


def disagree(case: Case, staff: int, number: int) -> None:
    """Take a proposal off the table; NotNow."""
    with atomic():
        deciding.disagree(case, staff, number)
        _move(case, PROPOSED, WITHDRAWN)


def proposed(case: Case) -> list[Ruling]:
    """Return what waits for a second person."""
    return _of(case.id, (PROPOSED,))


def decided(case: Case) -> list[Ruling]:
    """Return what two agreed on in a case, or in the one that leads it, by the newest decision alone."""
    report = Report.get_or_none(Report.case == case.id)
    lead: int = report.lead if report and report.lead else case.id  # no other work for one that is led: it would tell
    rows = _of(lead, (AGREED, IN_FORCE, DONE, OVERTURNED))
    return [row for row in rows if row.decision_id == rows[-1].decision_id]


def of_decision(case: Case, number: int) -> list[Ruling]:
    """Return what a decision means for whom."""
    mine = (Ruling.case == case.id) & (Ruling.decision == number)
    return list(Ruling.select().where(mine, Ruling.state == PROPOSED).order_by(Ruling.id))


def move(row: Ruling, to: str, **changes: Any) -> None:
    """Bring a ruling into a state; NotNow where the table does not lead there, or it has moved meanwhile."""
    before = [state for state, onward in MOVES.items() if to in onward]
    if not Ruling.update(state=to, **changes).where(Ruling.id == row.id, Ruling.state << before).execute():
        raise NotNow
    for name, value in {"state": to, **changes}.items():
        setattr(row, name, value)


def report_of(case: Case) -> Report:
    """Return the report of a case; NotFound for a case of another kind."""
    report: Report | None = Report.get_or_none(Report.case == case.id)
    if report is None:
        raise NotFound
    return report


def _held(case: Case) -> tuple[int, ...]:
    """Return whose account is held for a case: they are told when nothing comes of it."""
    held = {hold.subject_id for hold in triage.holds(case) if hold.state == HELD and hold.subject_id}
    return tuple(sorted(held))


def _move(case: Case, before: str, to: str) -> None:
    Ruling.update(state=to).where(Ruling.case == case.id, Ruling.state == before).execute()


def _of(case: int, states: Iterable[str]) -> list[Ruling]:
    return list(Ruling.select().where(Ruling.case == case, Ruling.state << list(states)).order_by(Ruling.id))
