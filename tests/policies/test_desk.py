"""Staff publish in two steps, nobody else does, and nothing typed is lost."""

from __future__ import annotations

import pytest

from portal.policies import service
from portal.policies.models import PolicyVersion
from tests.conftest import Portal
from tests.people import StaffMember, staff
from tests.policies.conftest import day_in, drafted, scheduled


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def test_a_draft_is_begun_written_checked_and_published(admin: StaffMember) -> None:
    page = admin.browser.post("/staff/policies/new", data={"document": "privacy", "kind": "major"})
    number = PolicyVersion.get(version="3").id
    form = page.click("Write English").form("Save and look at it")
    preview = form.send(text=form.values["text"] + '<h2>New</h2><p onclick="x()">Words</p>')
    assert "Words" in preview.text
    data = {"since": day_in(40).isoformat(), "changes": "location.level"}
    check = admin.browser.post(f"/staff/policies/{number}/schedule", data=data)
    assert check.h1 == "Check before publishing: Privacy policy, version 3"
    assert PolicyVersion.get_by_id(number).state == "draft"
    done = check.form("Publish").send()
    assert "Scheduled" in done.text
    assert PolicyVersion.get_by_id(number).changes == "location.level"


def test_too_early_a_day_is_refused_with_a_sentence_and_keeps_what_was_ticked(admin: StaffMember) -> None:
    number = drafted().id
    data = {"since": day_in(2).isoformat(), "changes": "location.level"}
    page = admin.browser.post(f"/staff/policies/{number}/schedule", status=422, data=data)
    assert "so that people know of it in advance" in page.text
    assert "checked" in page.root.one("input", value="location.level").attributes
    admin.browser.post(f"/staff/policies/{number}/publish", status=422, data=data)


def test_two_who_write_the_same_text_do_not_overwrite_each_other(admin: StaffMember) -> None:
    number = drafted().id
    address = f"/staff/policies/{number}/text/en"
    seen = service.draft(number).texts["en"].sha256
    admin.browser.post(address, data={"summary": "<p>A</p>", "text": "<h2>A</h2>", "seen": seen})
    page = admin.browser.post(address, status=422, data={"summary": "<p>B</p>", "text": "<h2>B</h2>", "seen": seen})
    assert "Somebody else has saved this text since you opened it." in page.text
    assert "<h2>B</h2>" in page.form("Save and look at it").values["text"].replace("&lt;", "<").replace("&gt;", ">")


def test_only_admins_write_and_publish(portal: Portal) -> None:
    number = drafted().id
    for role in ("staff", "approver"):
        other = staff(portal, role)
        other.browser.get(f"/staff/policies/{number}")
        for address in ("new", f"{number}/text/en", f"{number}/schedule", f"{number}/end/drop"):
            other.browser.get(f"/staff/policies/{address}", status=404)
        other.browser.post(f"/staff/policies/{number}/publish", status=404, data={"since": day_in(40).isoformat()})


def test_withdrawing_and_throwing_away_are_said_before_they_are_done(admin: StaffMember) -> None:
    version = scheduled()
    page = admin.browser.get(f"/staff/policies/{version.id}/end/withdraw")
    assert PolicyVersion.get_by_id(version.id).state == "scheduled"
    assert "Withdrawn" in page.form("Withdraw it").send().text
    draft = drafted()
    admin.browser.post(f"/staff/policies/{draft.id}/end/drop")
    assert PolicyVersion.get_or_none(PolicyVersion.id == draft.id) is None
    admin.browser.post(f"/staff/policies/{version.id}/end/drop", status=409)
    admin.browser.get(f"/staff/policies/{version.id}/end/eat", status=404)


def test_staff_read_that_people_were_told_before_they_withdraw_and_that_it_never_began(
    admin: StaffMember, portal: Portal
) -> None:
    version = scheduled(days=31)
    address = f"/staff/policies/{version.id}/end/withdraw"
    assert "told of it already" not in admin.browser.get(address).text
    PolicyVersion.update(told=2).where(PolicyVersion.id == version.id).execute()
    page = admin.browser.get(address)
    assert "2 people were told of it already." in page.text
    page = page.form("Withdraw it").send()
    assert "It was to begin on" in page.text
    assert "It was to begin on" in admin.browser.get("/staff/policies").text


def test_a_draft_says_whether_people_will_be_asked(admin: StaffMember) -> None:
    asks, words = drafted(), drafted("terms", minor=True)
    assert "asked to accept it" in admin.browser.get(f"/staff/policies/{asks.id}").text
    assert "nobody is told or asked" in admin.browser.get(f"/staff/policies/{words.id}").text


def test_staff_see_how_far_people_were_told(admin: StaffMember, portal: Portal) -> None:
    version = scheduled(days=31)
    portal.drain()
    page = admin.browser.get(f"/staff/policies/{version.id}")
    assert "Told by e-mail" in page.text
    assert "Accepted" in page.text
