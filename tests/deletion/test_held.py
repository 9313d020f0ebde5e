"""What something stops beyond the legal date holds back only itself; staff settle it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Account
from portal.cases.models import Case, CaseEvent
from portal.deletion import service
from portal.deletion.models import Target
from portal.kernel import clock
from tests.deletion.conftest import GRACE, Count, Member
from tests.deletion.test_carrying import PROVEN, certified

LATE = timedelta(days=21)
SETTLE = "UPDATE payments SET dispute = 'won' WHERE user_id = ?"


@pytest.fixture
def stopped(mai: Member, rows: Count) -> int:
    """A dispute that opened after Mai had asked; return her number there."""
    from tests.deletion.conftest import run

    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    mai.schedule()
    run(
        mai.portal,
        "booking",
        "UPDATE payments SET dispute = 'open' WHERE id = (SELECT min(id) FROM payments WHERE user_id = ?)",
        user,
    )
    return user


def test_until_the_legal_date_it_pauses_all_with_a_new_date_in_page_and_mail(mai: Member, stopped: int) -> None:
    with clock.later(GRACE):
        mai.portal.drain()
        deletion = mai.deletion()
        assert deletion.state == "paused"
        assert timedelta(hours=23) < deletion.scheduled_for - clock.now() <= timedelta(days=1)
        page = mai.browser.get("deletion.state", reference=deletion.case.reference)
        assert "A dispute about a payment of" in page.text
        assert "it holds back only itself" in page.text
        from portal.web.words import of

        assert f"We look again on {of('en', 'Asia/Ho_Chi_Minh').day(deletion.scheduled_for)}" in mai.portal.last_mail()


def test_after_it_all_else_goes_and_staff_get_a_case(mai: Member, stopped: int, rows: Count) -> None:
    mine = "SELECT COUNT(*) FROM {} WHERE user_id = ?"
    payments = rows("booking", mine.format("payments"), stopped)
    with clock.later(LATE):
        mai.portal.drain()
        assert mai.states() == {"booking": "held", "crm": "proven", "whitelabel": "proven", "portal": "counted"}
        assert not rows("booking", mine.format("bookings"), stopped)
        assert rows("booking", mine.format("payments"), stopped) == payments
        assert rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", mai.email) == 1, "the way to the rows"
        inquiry = Case.get(Case.kind == "inquiry")
        assert (inquiry.state, inquiry.subject_id) == ("open", mai.subject)
        event = CaseEvent.get(CaseEvent.name == "deletion stopped")
        assert event.facts["tables"] == ["payments"]
        text = mai.browser.get("deletion.state", reference=mai.deletion().case.reference).text
        assert "Payments A dispute about a payment of" in text
        assert f"Our staff settle it under {inquiry.reference}" in text
        assert Account.select().count() == 1
    with clock.later(LATE + timedelta(days=1, minutes=1)):
        mai.portal.drain()
    assert Case.select().where(Case.kind == "inquiry").count() == 1, "asked once"


def test_once_it_is_settled_the_rest_goes_and_the_certificate_counts_everything_once(
    mai: Member, stopped: int, rows: Count
) -> None:
    from tests.deletion.conftest import run

    held = {
        table: rows("booking", f"SELECT COUNT(*) FROM {table} WHERE user_id = ?", stopped)
        for table in ("bookings", "payments", "visits", "devices")
    }
    with clock.later(LATE):
        mai.portal.drain()
    run(mai.portal, "booking", SETTLE, stopped)
    with clock.later(LATE + timedelta(days=1, minutes=1)):
        mai.portal.drain()
        assert mai.states() == PROVEN
    assert {table: certified(mai)["booking"][table] for table in held} == held
    assert Account.select().count() == 0
    assert Case.get(Case.kind == "inquiry").state == "revoked"
    assert service.certificate(
        mai.deletion().case.reference, service.address_of(mai.deletion().case.reference).rsplit("/", 1)[1]
    ).seal


def test_a_part_that_is_stopped_waits_and_its_neighbours_do_not(sofia: Member, rows: Count) -> None:
    service.schedule(sofia.subject, "en", service.Scope("booking", "devices"))
    with clock.later(timedelta(days=4)):
        sofia.portal.drain()
    assert sofia.deletion().state == "done"
    assert Target.get().held is None
