"""What is the reporter's goes on its date, and its numbers stay (RULES R7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.cases.models import Case, CaseMessage
from portal.cases.service.forgetting import expire_unproven
from portal.children.models import Report, ReportedAccount
from portal.children.service import following, forgetting
from portal.kernel import clock
from tests.children.conftest import Parent


def test_a_report_that_ended_is_emptied_on_its_date_and_not_before(lan: Parent, child: str) -> None:
    report = lan.report(child)
    page = lan.prove()
    following.withdraw(Case.get_by_id(report.case_id))
    with clock.later(timedelta(days=89)):
        forgetting.nightly()
        assert Report.get_by_id(report.id).state != "forgotten"
    with clock.later(timedelta(days=91)):
        forgetting.nightly()
        forgetting.nightly()
    row, case = Report.get_by_id(report.id), Case.get_by_id(report.case_id)
    assert (row.state, row.reporter_hash, row.birth_year, row.network_hash) == ("forgotten", "", None, "")
    assert (case.contact, case.contact_hash, case.state) == (None, "", "revoked")
    assert CaseMessage.select().where(CaseMessage.case == case).count() == 0
    assert [(one.kind, one.value, bool(one.hash)) for one in ReportedAccount.select()] == [("email", None, True)]
    assert lan.browser.get(page.path).h1 == "Your report"


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_the_days_of_a_report_are_those_where_the_site_is(lan: Parent) -> None:
    lan.report()
    lan.prove()
    case = Case.get()
    after_midnight = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # of the 23rd, in Viet Nam
    Case.update(closed_at=after_midnight).where(Case.id == case.id).execute()
    forgetting.plan(Case.get_by_id(case.id))
    assert Report.get().forget_on == date(2026, 11, 23) + forgetting.KEPT


def test_what_nobody_proved_goes_as_soon_as_it_has_expired(lan: Parent) -> None:
    report = lan.report()
    with clock.later(timedelta(days=31)):
        expire_unproven()
        forgetting.nightly()
        forgetting.nightly()
    assert Report.get_by_id(report.id).state == "forgotten"
    assert ReportedAccount.select().count() == 0


def test_an_open_report_is_never_emptied(lan: Parent) -> None:
    report = lan.report()
    lan.prove()
    with clock.later(timedelta(days=900)):
        forgetting.nightly()
    assert Report.get_by_id(report.id).birth_year == 2015
