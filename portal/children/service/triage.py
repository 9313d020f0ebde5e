"""The first look of staff at a report: more is held, less is held, and what nobody looked at goes to an admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import config
from portal.accounts.staff.absence import is_away
from portal.accounts.staff.members import usable
from portal.accounts.staff.models import StaffAccount
from portal.cases.models import Case
from portal.cases.service.moving import note
from portal.children.models import ChildHold, Match, Report
from portal.children.service import holding
from portal.children.service.states import HELD, LAPSED, LIFTED
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.kernel.work import Claim
from portal.notices import messages

AGAIN = timedelta(days=1)  # between two reminders of an admin

audit.declare("children.hold_waits", "reference")


class HeldBefore(Problem):
    """An account is to be held that was held within a year."""

    status, code = 409, "held-before"
    say = N_("This account is held, or was within a year. It is held once a year, or reports could stop it for good.")
    then = N_("Decide on what is known. A decision of two does not depend on it.")


def group(case: Case) -> list[Report]:
    """Return the report of a case and every one that it leads, the case's own first."""
    mine = (Report.case == case.id) | (Report.lead == case.id)
    return list(Report.select().where(mine).order_by(Report.lead.is_null(False), Report.id))


def holds(case: Case) -> list[ChildHold]:
    """Return what is or was held for a case and those that it leads, the oldest first."""
    theirs = [report.id for report in group(case)]
    return list(ChildHold.select().where(ChildHold.report << theirs).order_by(ChildHold.id))


def looked(case: Case, staff: int) -> None:
    """Note that somebody looks at a case, so that its holds neither lapse nor go to an admin."""
    for hold in holds(case):
        holding.seen(hold, staff)


def hold_more(case: Case, number: int, staff: int) -> None:
    """Hold location and the rest beside marketing and sharing; NotFound, NotNow where it is so already."""
    holding.raise_to(_of(case, number), holding.AT_TRIAGE, staff)


def lift(case: Case, number: int, staff: int) -> None:
    """End a hold before the decision; NotFound, NotNow where it has ended."""
    holding.end(_of(case, number), LIFTED, f"staff:{staff}")


def hold(case: Case, match: int, staff: int) -> ChildHold:
    """Hold an account that staff find to be meant, whole; NotFound for no match of the case, HeldBefore."""
    reports = {report.id: report for report in group(case)}
    row = Match.get_or_none(Match.id == match, Match.report << list(reports), Match.subject.is_null(False))
    if row is None:
        raise NotFound
    with atomic():
        placed = holding.place(reports[row.report_id], row.subject_id, holding.AT_TRIAGE)
        if placed is None:
            raise HeldBefore
        holding.seen(placed, staff)
    return placed


def untouched(claim: Claim[ChildHold]) -> None:
    """On the second day give what nobody looked at to an admin; a day later it lapses only where there are signs.

    A hold with no sign of an adult stays until somebody decides, and an admin is told of it each day.
    """
    hold_ = claim.row
    if hold_.state != HELD or hold_.seen_by is not None:
        claim.done()
        return
    case: Case = Case.get_by_id(hold_.report.lead or hold_.report.case_id)
    told = clock.now() - hold_.since >= holding.WAITS + AGAIN
    if told and holding.signs(hold_):
        with claim.step(due_at=None):
            holding.end(hold_, LAPSED, "worker")
        return
    with claim.step(due_at=clock.now() + AGAIN):
        _to_admin(hold_, case)


def _to_admin(hold_: ChildHold, case: Case) -> None:
    """Give the case to an admin at work if nobody has it, and tell every admin, once a day."""
    admins = [one for one in _admins() if not is_away(one, clock.today())] or _admins()
    if admins and case.assignee is None:
        Case.update(assignee=admins[0].id).where(Case.id == case.id, Case.assignee.is_null()).execute()
    note(case, "hold untouched", "worker", internal=True, hold=hold_.reference)
    audit.record("children.hold_waits", actor="worker", reference=case.reference)
    for admin in admins:
        to, url = messages.Recipient(admin.email, admin.language), f"{config.site().base_url}/staff/requests"
        cause = f"child hold waits:{hold_.reference}:{admin.id}:{clock.today()}"
        messages.child_hold_waits(to, cause, case.reference, f"{url}/{case.reference}")


def _admins() -> list[Any]:
    return list(StaffAccount.select().where(usable(), StaffAccount.role == "admin").order_by(StaffAccount.id))


def _of(case: Case, number: int) -> ChildHold:
    found = next((one for one in holds(case) if one.id == number), None)
    if found is None:
        raise NotFound
    return found
