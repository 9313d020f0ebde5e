"""Children's accounts that nobody reported are found at night by the dates of birth that the systems hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest

from portal.cases.models import Case
from portal.children.models import ChildHold, Match, Report, ReportedAccount
from portal.children.service import sweep
from portal.kernel import ages, clock
from portal.kernel.audit import AuditEvent
from portal.sources import registry
from portal.subjects import service as subjects
from tests.children.reports import CHILD, decide, reported
from tests.conftest import Portal
from tests.people import staff


def emails(rows: list[Match]) -> set[str]:
    return {proof.value for row in rows for proof in subjects.proofs(row.subject_id)}


def born(portal: Portal, email: str, on: date) -> None:
    """Let the Booking App say when somebody was born."""
    with closing(sqlite3.connect(portal.systems.database("booking"))) as system, system:
        assert system.execute("UPDATE users SET birth_date = ? WHERE email = ?", (on.isoformat(), email)).rowcount


def test_the_sweep_finds_who_is_under_age_and_opens_a_case_for_staff(portal: Portal) -> None:
    sam = staff(portal, "staff")
    assert sweep.nightly() >= 1
    assert CHILD in emails(list(Match.select()))
    report = next(one.report for one in Match.select() if CHILD in emails([one]))
    case = report.case
    assert (report.relation, case.kind, case.state, case.channel, case.contact) == (
        "found", "child", "open", "sweep", None,
    )  # fmt: skip
    assert AuditEvent.select().where(AuditEvent.name == "children.found").exists()
    assert "Found by us" in sam.browser.get(f"/staff/requests/{case.reference}/child").text
    months = [(row.birth_year or 0, row.birth_month or 0) for row in Report.select()]
    assert all(ages.youngest(*month, clock.today()) < 16 for month in months)


def test_the_next_night_finds_nobody_twice(portal: Portal) -> None:
    found = sweep.nightly()
    before = (Case.select().count(), ReportedAccount.select().count())
    assert found
    for _ in range(2):
        assert sweep.nightly() == 0
    assert (Case.select().count(), ReportedAccount.select().count()) == before


def test_who_was_decided_on_is_not_found_again(portal: Portal) -> None:
    sweep.nightly()
    case = next(one.report.case for one in Match.select() if CHILD in emails([one]))
    decide(portal, case, "nothing")
    with clock.later(timedelta(days=200)):
        portal.drain()
        sweep.nightly()
        assert len([one for one in Match.select() if CHILD in emails([one])]) == 1


def test_who_is_reported_already_gets_no_second_case(portal: Portal) -> None:
    case = reported(portal)
    sweep.nightly()
    about = [row.report_id for row in Match.select() if CHILD in emails([row])]
    assert about == [Report.get(Report.case == case.id).id]


def test_only_under_13_something_is_held_by_itself(portal: Portal) -> None:
    today = clock.today()
    born(portal, "mo.le@example.com", today.replace(year=today.year - 9, day=1))
    sweep.nightly()
    held = {email for hold in ChildHold.select() for email in emails([Match.get(Match.subject == hold.subject_id)])}
    assert "mo.le@example.com" in held
    assert CHILD not in held


def test_a_night_opens_a_bounded_number_of_cases_and_goes_on_the_next(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    for email in ("mo.le@example.com", portal.systems.cast["everyday"].email or ""):
        born(portal, email, today.replace(year=today.year - 9, day=1))
    monkeypatch.setattr(sweep, "MOST", 1)
    monkeypatch.setattr(sweep, "BATCH", 1)
    assert [sweep.nightly(), Case.select().count()] == [1, 1]
    assert [sweep.nightly(), Case.select().count()] == [1, 2]


def test_a_source_that_declares_no_birth_date_is_not_asked(portal: Portal) -> None:
    long_ago = date(1900, 1, 1)
    asked = {source.id: len(source.young(long_ago, 5)) for source in registry.active().connected()}
    assert asked == {"booking": 5, "crm": 0, "whitelabel": 5}
