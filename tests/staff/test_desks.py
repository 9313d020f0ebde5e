"""Desks beside the queue: systems, legal holds, texts."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from portal.cases.models import Case, CaseEvent
from portal.cases.service import open_case, open_without_account, replies
from portal.deletion.service import address_of
from portal.kernel import clock, outbox
from portal.sources.http import HttpSource
from portal.subjects import holds
from portal.subjects.models import LegalHold
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import StaffMember, member, staff


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def test_each_system_is_shown_as_it_stands(admin: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    page = admin.browser.get("staff.systems_page")
    assert "Smartos Booking App" in page.text
    assert page.text.count("Every choice is written there.") == 3

    def down(self: HttpSource) -> None:
        raise self.unavailable("told to be down")

    monkeypatch.setattr(HttpSource, "check", down)
    page = admin.browser.get("staff.systems_page")
    assert page.text.count("Does not answer") == 1
    system = admin.browser.get("/staff/systems/booking")
    assert "location_points" in system.text
    admin.browser.get("/staff/systems/none", status=404)


def test_choices_that_wait_for_a_system_are_counted_with_the_oldest(portal: Portal, admin: StaffMember) -> None:
    assert outbox.waiting() == {}
    for subject in (1, 2):
        outbox.mark(subject, {"crm": 1})
    count, oldest = outbox.waiting()["crm"]
    assert count == 2
    assert oldest is not None
    assert clock.now() - oldest < timedelta(minutes=1)
    assert "Choices of 2 people wait to be written" in admin.browser.get("staff.systems_page").text


def test_a_hold_is_listed_with_its_end_its_owner_and_its_case(portal: Portal, admin: StaffMember) -> None:
    assert "Nothing is held." in admin.browser.get("staff.holds_page").text
    mai = member(portal, "everyday")
    case = open_case("inquiry", mai.subject, approved=False)
    until = clock.now().date() + timedelta(days=40)
    holds.place(mai.subject, case.reference, ("booking", "bookings"), until, "A claim in court.", admin.number, "")
    text = admin.browser.get("staff.holds_page").text
    assert case.reference in text
    assert admin.name in text
    assert "A claim in court." in text
    assert mai.email not in text


def test_a_hold_of_somebody_erased_is_ended_from_the_list_and_what_it_kept_goes(
    portal: Portal, admin: StaffMember
) -> None:
    mai = member(portal, "everyday")
    mai.browser.get("/deletion/check").form("Delete my account").send()
    case = Case.get(Case.kind == "deletion")
    until = clock.now().date() + timedelta(days=400)
    holds.place(mai.subject, case.reference, ("booking", "payments"), until, "A claim in court.", admin.number, "")
    with clock.later(timedelta(days=15)):
        for _ in range(3):
            portal.drain()
        certificate = Browser(portal.app).get(urlsplit(address_of(case.reference)).path)
        assert "nothing is left but what is kept" in certificate.text
        ann = staff(portal, "admin", "Later Ann")
        page = ann.browser.get(f"/staff/requests/{case.reference}")
        assert "Whose data it was about is not kept" in page.text
        page = ann.browser.get("staff.holds_page")
        assert page.click(case.reference).path == f"/staff/requests/{case.reference}"
        page = page.form("End it now Smartos Booking App, Payments, " + case.reference).send()
        assert "Nothing is held." in page.text
        assert CaseEvent.select().where(CaseEvent.case == case, CaseEvent.name == "hold ended").exists()
        portal.drain()
        assert LegalHold.get().person is None, "the worker erased what only the hold kept"
        certificate = Browser(portal.app).get(urlsplit(address_of(case.reference)).path)
        assert "The legal hold on “Payments” ended at" in certificate.text


def test_what_two_decided_to_keep_safe_is_listed_and_not_ended_by_one(portal: Portal, admin: StaffMember) -> None:
    mai = member(portal, "everyday")
    until = clock.now().date() + timedelta(days=40)
    holds.place(mai.subject, "D-1", ("booking", "bookings"), until, "Evidence.", admin.number, "")
    page = admin.browser.get("staff.holds_page")
    assert "decided by two" in page.text
    assert "End it now" not in page.text
    admin.browser.post(f"/staff/holds/{LegalHold.get().id}/end", status=404)
    assert LegalHold.get().ended_at is None


def test_a_text_of_an_admin_stands_above_the_shipped_one_in_its_language(portal: Portal, admin: StaffMember) -> None:
    case = open_without_account("inquiry", "linh@example.com", "en")
    shipped = replies.filled(case, "progress")
    page = admin.browser.get("/staff/texts/progress/en")
    page.form("Save the text").send(title="How far it is", text="Nearly there: {reference}.")
    assert replies.filled(case, "progress") == f"Nearly there: {case.reference}.\n"
    assert "vi" not in replies.replies()["progress"].own
    admin.browser.get("/staff/texts/progress/en").form("Use the text that came with the portal").send()
    assert replies.filled(case, "progress") == shipped


@pytest.mark.parametrize("text", ["{name}", "{reference!r}", "{", "{reference:>9}", "{reference.__class__}", "{0}"])
def test_a_text_has_no_place_but_those_that_are_filled_in(admin: StaffMember, text: str) -> None:
    page = (
        admin.browser.get("/staff/texts/progress/en").form("Save the text").send(title="How far", text=text, status=422)
    )
    assert text in page.root.one("textarea").text
    assert not replies.replies()["progress"].own


def test_only_admins_write_texts(portal: Portal) -> None:
    sam = staff(portal, "staff")
    assert "Texts" in sam.browser.get("staff.texts_page").h1
    sam.browser.get("/staff/texts/progress/en", status=404)
