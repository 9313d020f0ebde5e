"""Desks for admins: the log, and the law; and what a correction shows to whoever decides about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases.models import LegalEdit
from portal.cases.service import open_case, open_without_account
from portal.kernel import audit, clock
from tests.conftest import Portal
from tests.details.test_correcting import BANK, ask_for_bank_account
from tests.people import StaffMember, member, staff


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def test_the_log_is_looked_through_by_event_person_and_actor(portal: Portal, admin: StaffMember) -> None:
    mai = member(portal, "everyday")
    open_case("download", mai.subject)
    for _ in range(60):
        audit.record("accounts.confirmed", subject=mai.subject)
    page = admin.browser.get("/staff/log")
    assert "accounts.confirmed" in page.text
    assert "Older events" in page.links
    older = page.click("Older events")
    assert older.status == 200
    one = admin.browser.get("/staff/log?name=subjects.claimed&actor=person&subject=x&since=nonsense")
    assert "Nothing fits." in one.text
    assert mai.email not in page.text


def test_the_log_is_verified_from_the_desk(admin: StaffMember) -> None:
    page = admin.browser.get("/staff/log")
    assert "It was never verified yet" in page.text
    page = page.form("Verify it now").send()
    assert "Nothing was changed" in page.text


def test_only_admins_read_the_log_or_change_the_law(portal: Portal) -> None:
    paul = staff(portal, "approver")
    paul.browser.get("/staff/log", status=404)
    paul.browser.get("/staff/law/vn/change", status=404)
    assert "deletion.complete" in paul.browser.get("/staff/law/vn").text


def test_a_change_of_the_law_counts_from_its_day_on_and_for_nothing_before(admin: StaffMember) -> None:
    before = open_without_account("deletion", "linh@example.com", "en")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    form = admin.browser.get("/staff/law/vn/change").form("Change it")
    form.send(path="deletion.complete", value="soon", since=tomorrow, reason="Decree 1/2027", status=422)
    form.send(path="deletion.none", value="9 days", since=tomorrow, reason="Decree 1/2027", status=422)
    page = form.send(path="deletion.complete", value="9 days", since=tomorrow, reason="Decree 1/2027")
    assert "Decree 1/2027" in page.text
    assert LegalEdit.select().count() == 1
    with clock.later(timedelta(days=2)):
        after = open_without_account("deletion", "linh@example.com", "en")
        assert (after.complete_by - clock.today()).days == 9
    assert (before.complete_by - clock.today()).days == 20


def test_whoever_decides_a_correction_sees_old_and_new_and_the_person_sees_the_look(portal: Portal) -> None:
    mai, sam = member(portal, "everyday"), staff(portal, "staff")
    case = ask_for_bank_account(mai)
    assert BANK not in sam.browser.get(f"/staff/requests/{case.reference}").text
    page = sam.browser.get(f"/staff/requests/{case.reference}/correction")
    assert BANK in page.text
    assert "letter.png" in page.text
    file = sam.browser.client.get(page.links["Save it letter.png"])
    assert file.headers["Content-Disposition"].startswith("attachment")
    names = [event.name for event in audit.of_subject(mai.subject, None, 5)]
    assert {"cases.revealed", "cases.evidence_shown"} <= set(names)
