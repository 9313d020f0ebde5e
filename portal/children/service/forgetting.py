"""What is the reporter's goes on its date: what they wrote, where they are reached, what they said of the child."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case
from portal.cases.service.forgetting import erase_words
from portal.children.models import ParenthoodCheck, Report, ReportedAccount
from portal.children.naming import ADDRESSES
from portal.children.service.states import FORGOTTEN, UNPROVEN
from portal.kernel import audit, clock
from portal.kernel.db import ROWS, atomic

KEPT = timedelta(days=90)  # after the end of a case, so that appeal and reopening are over

audit.declare("children.report_forgotten", "reference")


def nightly() -> None:
    """Give every report that has ended its date, and forget those whose date has come."""
    ended = Report.select().join(Case).where(Report.forget_on.is_null(), Case.closed_at.is_null(False))
    for report in ended.where(Report.state != FORGOTTEN).limit(ROWS):
        with atomic():
            plan(report.case)
    due = Report.select().where(Report.forget_on <= clock.today(), Report.state != FORGOTTEN)
    for report in due.order_by(Report.id).limit(ROWS):
        if report.case.closed_at is None:  # opened again meanwhile
            Report.update(forget_on=None).where(Report.id == report.id).execute()
        else:
            forget(report)


def plan(case: Case) -> None:
    """Set the day on which the reporter's data goes: some time after the end, at once for what nobody proved."""
    if case.closed_at is None:
        return
    mine = (Report.case == case.id) & Report.forget_on.is_null()
    ended = clock.day_of(case.closed_at)
    Report.update(forget_on=ended).where(mine, Report.state == UNPROVEN).execute()
    Report.update(forget_on=ended + KEPT).where(mine).execute()


def forget(report: Report) -> None:
    """Erase what is the reporter's and the child's in a report, once; the row stays with its numbers (RULES R7).

    The keyed hashes of addresses stay, so that a later report on the same account is known to be one more.
    """
    emptied = {"reporter_hash": "", "phone": None, "birth_year": None, "birth_month": None, "network_hash": ""}
    with atomic():
        mine = (Report.id == report.id) & (Report.state != FORGOTTEN)
        if not Report.update(state=FORGOTTEN, due_at=None, **emptied).where(mine).execute():
            return
        theirs = ReportedAccount.report == report.id
        ReportedAccount.delete().where(theirs, ReportedAccount.kind.not_in(ADDRESSES)).execute()
        ReportedAccount.update(value=None).where(theirs).execute()
        now, checks = clock.now(), ParenthoodCheck.report == report.id
        gone = {"evidence": None, "reporter_hash": "", "state": "erased", "erased_at": now, "due_at": None}
        ParenthoodCheck.update(gone).where(checks).execute()
        erase_words(report.case)
        audit.record("children.report_forgotten", actor="worker", reference=report.case.reference)
