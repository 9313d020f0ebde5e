"""What two of the staff decide about an account: the decision of the case, and what it means for whom it is about.

One proposes and another one agrees, each with the whole reason before them (RULES K3). Only then a worker acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.cases.models import Case, Decision
from portal.cases.service import deciding
from portal.children import bands
from portal.children.models import Match, Report, Ruling
from portal.children.naming import LONGEST_KEPT
from portal.children.service import matching, parenthood, release, triage
from portal.children.service.states import HELD, IN_FORCE
from portal.kernel import ages, audit
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem

DELETE, STOP, SEE, KEEP, NOTHING, REFUSE = "delete", "stop", "see", "keep", "nothing", "refuse"
OUTCOMES = {
    DELETE: N_("Delete the account"),
    STOP: N_("Stop its use"),
    SEE: N_("Show data to the parent"),
    KEEP: N_("Keep it safe for the police"),
    NOTHING: N_("Nothing: it is an adult’s, or there is no account"),
    REFUSE: N_("Refuse"),
}
ABOUT_SOMEBODY = frozenset({DELETE, STOP, SEE, KEEP})
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


class NoReason(Problem):
    """A decision without a reason in words."""

    status, code = 422, "no-reason"
    say = N_("Every decision about a child's account needs a reason in words.")
    then = N_("Write why. The second person reads it. Nothing was decided.")


class NobodyChosen(Problem):
    """Something is to be done to an account, and none of those that may be meant was chosen."""

    status, code = 422, "nobody-chosen"
    say = N_("Choose the account that it is about. Only those that were found for this report can be chosen.")
    then = N_("If none of them is meant, choose that nothing is done.")


class KeptUntilWhen(Problem):
    """Data is to be kept safe without a day, or for longer than a year."""

    status, code = 422, "kept-until-when"
    say = N_("Choose the day until which it is kept: after today and within one year.")
    then = N_("It can be kept longer by another decision.")


class NothingChosen(Problem):
    """Something is to be shown to a parent, and no category was chosen, or one that is never shown."""

    status, code = 422, "nothing-chosen"
    say = N_("Choose what is shown. Places, visits and devices can never be chosen.")
    then = N_("Nothing was decided.")


class ChildAsked(Problem):
    """Data of a child who is old enough to be asked is to be shown without them having agreed."""

    status, code = 409, "child-asked"
    say = N_("The child is old enough to be asked: without their yes nothing is shown.")
    then = N_("Ask them at their own address, and note that they agreed. Nothing was decided.")


class AdminNeeded(Problem):
    """Something is to be shown to a parent without an admin."""

    status, code = 409, "admin-needed"
    say = N_("Only an admin can release data to a parent.")
    then = N_("Ask an admin to agree. The proposal stays.")


class LedElsewhere(Problem):
    """A report is decided that is led by another one about the same account; facts: `reference`."""

    status, code = 409, "led-elsewhere"
    say = N_("Several reports are about this account. They are decided together, in %(reference)s.")
    then = N_("Open that request. Nothing was decided.")


@dataclass(frozen=True)
class Wanted:
    """What somebody proposes; `subjects` are chosen among the matches, `tables` are "source.table"."""

    outcome: str
    words: str
    reason: str = ""
    subjects: tuple[int, ...] = ()
    keep_until: date | None = None
    tables: tuple[str, ...] = ()
    child_agrees: bool = False


def propose(case: Case, staff: int, wanted: Wanted) -> Decision:
    """Propose what becomes of a report; an earlier proposal is withdrawn.

    Raises NoReason, NobodyChosen, KeptUntilWhen, NothingChosen, ChildAsked, NotParent, LedElsewhere, and what
    `deciding.propose` raises.
    """
    report = report_of(case)
    _check(case, report, wanted)
    outcome, reason = (deciding.REFUSE, wanted.reason) if wanted.outcome == REFUSE else (deciding.FULFIL, "")
    with atomic():
        triage.looked(case, staff)
        row = deciding.propose(case, staff, outcome, reason, wanted.words)
        _move(case, PROPOSED, WITHDRAWN)
        for subject in wanted.subjects if wanted.outcome in ABOUT_SOMEBODY else _held(case) or (None,):
            Ruling.create(
                case=case,
                decision=row,
                subject=subject,
                outcome=wanted.outcome,
                terms=_terms(wanted),
                band=next(iter(stages(report)), ""),
                age_limit=report.age_limit,
                state=PROPOSED,
                appeal_until=ages.today() + APPEAL,
                due_at=None,
            )
    return row


def agree(case: Case, staff: int, role: str, number: int) -> None:
    """Agree to a proposal as a second person; AdminNeeded where data is released and it is none.

    What was true when it was proposed is looked at once more. Raises what `propose` raises, and SecondPerson, NotNow.
    """
    found = of_decision(case, number)
    if not found:
        raise NotFound
    if any(one.outcome == SEE for one in found) and role != "admin":
        raise AdminNeeded
    _check(case, report_of(case), _wanted(found))
    with atomic():
        triage.looked(case, staff)
        deciding.agree(case, staff, number)
        mine = (Ruling.case == case.id) & (Ruling.decision == number) & (Ruling.state == PROPOSED)
        Ruling.update(state=AGREED, appeal_until=ages.today() + APPEAL).where(mine).execute()
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


def stages(report: Report) -> tuple[str, ...]:
    """Return the stages that the child of a report may be in today, both readings; () where no month is known."""
    if report.birth_year is None or report.birth_month is None:
        return ()
    on, told = ages.today(), report.case.received_at.date()
    return bands.stages(report.birth_year, report.birth_month, report.age_limit, on, told)


def asks_child(report: Report) -> bool:
    """Tell whether a child has to agree before something of them is shown (RULES K6), also where no month is known."""
    found = stages(report)
    return not found or bands.CHILD in bands.say(found).consents


def suggested(report: Report, people: Iterable[Match], wishes: Iterable[str]) -> tuple[str, bool]:
    """Return what fits what is known, and whether it might happen by itself: that rests on what is so in any reading.

    It is a suggestion to two of the staff all the same; by itself only a hold is placed.
    """
    if any(one.signals for one in people) or not stages(report):
        return NOTHING, False
    born: tuple[Any, Any] = (report.birth_year, report.birth_month)
    sure = bands.by_itself(report.case.country, *born, report.age_limit, ages.today())
    wanted = next((wish for wish in (KEEP, DELETE, STOP, SEE) if wish in wishes), STOP)
    return (wanted if wanted != SEE or parenthood.is_verified(report) else STOP), sure


def _check(case: Case, report: Report, wanted: Wanted) -> None:
    if wanted.outcome not in OUTCOMES:
        raise NotFound
    if report.lead is not None:
        raise LedElsewhere(reference=Case.get_by_id(report.lead).reference)
    if not wanted.words.strip():
        raise NoReason
    found = {row.subject_id for row in matching.of_report(report)}
    if wanted.outcome in ABOUT_SOMEBODY and (not wanted.subjects or not set(wanted.subjects) <= found):
        raise NobodyChosen
    if wanted.outcome == KEEP:
        today = ages.today()
        if wanted.keep_until is None or not today < wanted.keep_until <= today + LONGEST_KEPT:
            raise KeptUntilWhen
    if wanted.outcome == SEE:
        _check_release(case, report, wanted)


def _check_release(case: Case, report: Report, wanted: Wanted) -> None:
    if not any(parenthood.is_verified(one) for one in triage.group(case)):
        raise parenthood.NotParent
    if not wanted.tables or not set(wanted.tables) <= {one.place for one in release.offered()}:
        raise NothingChosen
    if asks_child(report) and not wanted.child_agrees:
        raise ChildAsked


def _terms(wanted: Wanted) -> dict[str, Any]:
    if wanted.outcome == KEEP and wanted.keep_until:
        return {"until": wanted.keep_until.isoformat()}
    return {"tables": list(wanted.tables), "child agrees": wanted.child_agrees} if wanted.outcome == SEE else {}


def _wanted(rows: list[Ruling]) -> Wanted:
    first, terms = rows[0], rows[0].terms
    return Wanted(
        first.outcome,
        first.decision.words or "",
        first.decision.reason,
        tuple(row.subject for row in rows if row.subject is not None),
        date.fromisoformat(terms["until"]) if "until" in terms else None,
        tuple(terms.get("tables", ())),
        bool(terms.get("child agrees")),
    )


def _held(case: Case) -> tuple[int, ...]:
    """Return whose account is held for a case: they are told when nothing comes of it."""
    held = {hold.subject_id for hold in triage.holds(case) if hold.state == HELD and hold.subject_id}
    return tuple(sorted(held))


def _move(case: Case, before: str, to: str) -> None:
    Ruling.update(state=to).where(Ruling.case == case.id, Ruling.state == before).execute()


def _of(case: int, states: Iterable[str]) -> list[Ruling]:
    return list(Ruling.select().where(Ruling.case == case, Ruling.state << list(states)).order_by(Ruling.id))
