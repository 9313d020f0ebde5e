"""What a reporter does with their case: read on, write, add, take it back; a lost link goes to their mailbox alone.

Nothing here, and nothing that is shown from here, depends on whether an account was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import on_file, thread
from portal.cases.service.moving import note
from portal.children.models import Report, ReportedAccount
from portal.children.naming import named_well
from portal.children.service import forgetting, outcome, reporting
from portal.children.service.states import FORGOTTEN, LOOKED_INTO, PROVEN, UNPROVEN
from portal.kernel import clock, crypto, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, DeadLink, NotFound, NotNow
from portal.kernel.work import wake_table

PER_CASE, LOOKS_PER_CASE = "30/hour", "5/day"
TRIAGE = timedelta(days=2)  # in which somebody looks at a report, found or not


class LostReport(DeadLink):
    """The mailed address of a report opens none."""

    way = ("/children/lost-link", N_("Send me the link again"))


def by_secret(reference: str, secret: str) -> Case:
    """Return the case of a reporter's mailed address; LostReport for any other, also for a case of another kind."""
    try:
        case = cases.by_secret(reference, secret)
    except NotFound as error:
        raise LostReport from error
    if case.kind != reporting.KIND:
        raise LostReport
    return case


def say(case: Case, text: str) -> None:
    """Write to staff; raises NothingSaid, TooManyTries, NotNow once the case has ended or before it is proven."""
    _may(case)
    thread.say(case, "person", text)


def add(case: Case, typed: Mapping[str, str]) -> None:
    """Add what else is known of the account; a worker looks anew, a few times a day.

    Raises NotAnAddress, NotAPhone, NoAccountNamed, TooManyTries, NotNow.
    """
    _may(case)
    named = named_well(typed)
    limits.hit(LOOKS_PER_CASE, "added to child report", case.reference)
    report = reporting.of_case(case)
    with atomic():
        reporting.name(report, named)
        again = Report.update(state=PROVEN, due_at=clock.now())
        again.where(Report.id == report.id, Report.state << [PROVEN, LOOKED_INTO]).execute()
        note(case, "facts added", "person")
        Case.update(waiting="", snoozed_until=None).where(Case.id == case.id, Case.waiting != "source").execute()
        wake_table(Report)


def withdraw(case: Case) -> None:
    """Take a report back; NotNow once it is decided. What is held stays until staff have looked.

    We know of it all the same, and somebody may have been made to take it back.
    """
    limits.hit(PER_CASE, "done in child report", case.reference)
    with atomic():
        cases.cancel(case)
        forgetting.plan(case)


def send_link(typed: str, network: str, language: str) -> None:
    """Send the links of all cases of an address to that address; the answer is the same whether there are any.

    Raises NotAnAddress, TooManyTries.
    """
    on_file.send_links(typed, network, language)


def is_own(report: Report) -> bool:
    """Tell whether the reporter's proven address is what the report calls the account: then it is theirs to delete.

    It compares only what was typed, so it says nothing about who has an account.
    """
    case = report.case
    if report.state in (UNPROVEN, FORGOTTEN) or not case.contact:
        return False
    hashes = crypto.keyed_hashes("email", case.contact)
    mine = (ReportedAccount.report == report.id) & (ReportedAccount.kind == "email")
    return ReportedAccount.select().where(mine, ReportedAccount.hash << hashes).exists()


def looked_at_by(case: Case) -> date:
    """Return the day by which somebody has looked at a report: the same for every one."""
    return clock.day_of(case.received_at + TRIAGE)


def _may(case: Case) -> None:
    if not outcome.under_way(case) or not reporting.is_proven(case):
        raise NotNow
    limits.hit(PER_CASE, "done in child report", case.reference)
