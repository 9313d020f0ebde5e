"""What a reporter learns: without a verified parenthood the same sentence on the same day, whatever was found.

A decision takes longer where there is an account. So that the day says nothing either, everybody is answered on a day
that is counted from their report alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.cases.models import Case
from portal.cases.service import notifying
from portal.cases.service.moving import move
from portal.cases.service.states import FINAL
from portal.children.models import Report, Ruling
from portal.children.service import carrying, parenthood, release, rulings
from portal.children.service.rulings import AGREED, APPEAL, DELETE, REFUSE, SEE
from portal.children.service.states import IN_FORCE
from portal.kernel import clock
from portal.kernel.db import ROWS, atomic

ANSWERED = timedelta(days=10)  # after the report


@dataclass(frozen=True)
class Told:
    """What a reporter reads. `full`: they are a verified parent, and `outcome` says what was decided and how far it is.

    `words` are for them only then. `appeal_until` is the last day on which they can appeal.
    """

    full: bool
    appeal_until: date
    outcome: str = ""
    done: bool = False
    words: str = ""
    certificates: tuple[str, ...] = ()
    released: tuple[int, ...] = ()


def answer_on(case: Case) -> date:
    """Return the day on which a reporter is answered: counted from the report, and within what the law allows."""
    return min(clock.day_of(case.received_at + ANSWERED), case.complete_by)


def of(case: Case) -> Told | None:
    """Return what the reporter of a case may read of its decision; None before there is anything to read.

    Decisions are sought for a verified parent alone: where several report one account that takes longer, and the time
    of a page would tell.
    """
    if parenthood.is_verified(Report.get(Report.case == case.id)) and (found := rulings.decided(case)):
        return _full(found)
    if case.state != "fulfilled" or case.closed_at is None:
        return None
    return Told(False, clock.day_of(case.closed_at) + APPEAL)


def under_way(case: Case) -> bool:
    """Tell whether a case looks to its reporter as it did on its first day: until they are answered."""
    return case.state not in FINAL and of(case) is None


def answer_due() -> None:
    """Close every decided case whose day has come, with one line and one mail for all."""
    waiting = Case.select().where(Case.kind == "child", Case.state << ["open", "in_progress"])
    decided = Ruling.select(Ruling.case).where(Ruling.state.not_in([rulings.PROPOSED, rulings.WITHDRAWN, AGREED]))
    led = Report.select(Report.case).where(Report.lead << decided)
    for case in waiting.where((Case.id << decided) | (Case.id << led)).order_by(Case.id).limit(ROWS):
        found = rulings.decided(case)
        if found and not _again(case) and _is_time(case, found):
            with atomic():
                move(case, "fulfilled", "answered to reporter", "worker")
                notifying.news(case, "answered")


def _again(case: Case) -> bool:
    """Tell whether a case that leads is open once more, after an appeal."""
    report = Report.get(Report.case == case.id)
    lead = Case.get_by_id(report.lead) if report.lead else case
    return bool(lead.state == "open")


def _is_time(case: Case, found: list[Ruling]) -> bool:
    if parenthood.is_verified(Report.get(Report.case == case.id)):
        return not any(row.outcome == DELETE and row.state == IN_FORCE for row in found)
    return clock.today() >= answer_on(case)


def _full(found: list[Ruling]) -> Told:
    first = found[0]
    done = not any(row.outcome == DELETE and row.state in (AGREED, IN_FORCE) for row in found)
    words = (first.decision.words or "") if first.decision and first.outcome in (REFUSE, SEE) else ""
    return Told(
        True,
        first.appeal_until,
        first.outcome if first.state != rulings.OVERTURNED else rulings.OVERTURNED,
        done,
        words,
        tuple(filter(None, map(carrying.certificate_of, found))),
        tuple(row.id for row in found if row.outcome == SEE and release.is_open(row)),
    )
