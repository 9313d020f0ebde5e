"""Desks that tell of many requests at once: figures, the record of processing, the case file, the morning's mail."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from portal.accounts.staff.models import StaffAccount
from portal.cases import tasks
from portal.cases.models import Case
from portal.cases.service import deciding, open_case, open_without_account, thread
from portal.kernel import audit, clock
from portal.sources import registry
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import StaffMember, member, staff

FILE = "staff.case_file"


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def mails_to(portal: Portal, who: StaffMember) -> list[str]:
    bodies = [mail.get_body(("plain",)) for mail in portal.mails() if mail["To"] == who.email]
    return [body.get_content() for body in bodies if body]


def test_the_figures_are_shown_and_handed_out(admin: StaffMember) -> None:
    open_without_account("complaint", "linh@example.com", "en")
    page = admin.browser.get("staff.figures_page")
    assert "1 request received" in page.text
    answer = admin.browser.client.get("/staff/figures.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"complaint,1,0,0,1,0,," in answer.data


def test_figures_are_public_only_where_the_site_says_so_and_small_counts_are_not_told(portal: Portal) -> None:
    for _ in range(2):
        open_without_account("complaint", "linh@example.com", "en")
    visitor = Browser(portal.app)
    visitor.get("/figures", status=404)
    object.__setattr__(portal.config.site, "public_figures", True)
    text = visitor.get("/figures").text
    assert "fewer than 5" in text
    assert " 2 " not in text


def test_the_record_of_processing_names_every_table_of_every_system_with_its_purposes(admin: StaffMember) -> None:
    record = json.loads(admin.browser.client.get("/staff/processing-record.json").data)
    named = {(system["source"], one["table"]) for system in record["systems"] for one in system["categories"]}
    assert named == {(source.id, name) for source in registry.active().all() for name in source.manifest.tables}
    assert {one["id"] for one in record["purposes"]} >= {"location.level", "marketing.events.email"}
    assert "Record of processing activities" in admin.browser.get("staff.record").h1


def test_the_file_of_a_case_holds_what_was_done_and_names_nobody(admin: StaffMember, portal: Portal) -> None:
    mai = member(portal, "everyday")
    case = open_case("inquiry", mai.subject, approved=False)
    thread.say(case, "person", "How long?")
    thread.note_inside(case, admin.number, "Asked before.")
    deciding.propose(case, admin.number, deciding.REFUSE, "claim_not_covered", "It is not.")
    file = json.loads(admin.browser.client.get(f"/staff/requests/{case.reference}/file.json").data)
    assert file["request"]["state"] == "denied"
    assert [one["text"] for one in file["messages"]] == ["How long?"]
    assert [one["reason"] for one in file["decisions"]] == ["claim_not_covered"]
    assert mai.email not in json.dumps(file)
    assert admin.name not in json.dumps(file)
    assert "Asked before." not in json.dumps(file)
    admin.browser.get(f"/staff/requests/{case.reference}/file")
    events = audit.of_subject(mai.subject, None, 5)
    assert events[0].name == "cases.file_made"
    admin.browser.get("/staff/requests/R-2222-22/file", status=404)


def test_each_morning_staff_hear_once_of_what_came_to_a_new_part_of_its_time(portal: Portal) -> None:
    sam, ann = staff(portal, "staff"), staff(portal, "admin")
    mine = open_without_account("complaint", "linh@example.com", "en")  # 15 days
    nobodys = open_without_account("inquiry", "linh@example.com", "en")
    Case.update(assignee=sam.number).where(Case.id == mine.id).execute()
    for days, heard in ((1, 0), (8, 1), (9, 1), (12, 2), (15, 3), (16, 4), (17, 5)):
        with clock.later(timedelta(days=days)):
            tasks.tell_staff()
            tasks.tell_staff()
            portal.drain()
        assert len(mails_to(portal, sam)) == heard, f"after {days} days"
    assert mine.reference in mails_to(portal, sam)[0]
    assert nobodys.reference not in "".join(mails_to(portal, sam))
    assert nobodys.reference in mails_to(portal, ann)[0]
    assert "linh" not in "".join(mails_to(portal, sam) + mails_to(portal, ann))


def test_a_deputy_hears_for_whoever_is_away(portal: Portal) -> None:
    sam, tom = staff(portal, "staff"), staff(portal, "staff", "Tom Deputy")
    case = open_without_account("complaint", "linh@example.com", "en")
    Case.update(assignee=sam.number).where(Case.id == case.id).execute()
    away = {
        "deputy": tom.number,
        "absent_from": clock.now().date(),
        "absent_until": clock.now().date() + timedelta(days=30),
    }
    StaffAccount.update(**away).where(StaffAccount.id == sam.number).execute()
    with clock.later(timedelta(days=16)):
        tasks.tell_staff()
        portal.drain()
    assert case.reference in mails_to(portal, tom)[0]
