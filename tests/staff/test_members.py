"""Admins look after the members; nobody looks after themselves, and one admin always stays."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from portal.accounts.staff import absence, members
from portal.accounts.staff.models import StaffAccount, StaffEnrolment
from portal.kernel import audit, clock, db
from tests.conftest import Portal
from tests.people import StaffMember, staff


@pytest.fixture
def ann(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def role_of(number: int) -> str:
    return str(StaffAccount.get_by_id(number).role)


def test_whoever_has_a_second_factor_is_sent_no_way_to_set_another(portal: Portal, ann: StaffMember) -> None:
    """That is a reset: it ends sessions, stands in the log, and cannot be done to the last admin."""
    sam = staff(portal, "staff")
    for number in (sam.number, ann.number):
        answer = ann.browser.client.post(f"/staff/members/{number}/invite", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 409
    assert StaffEnrolment.select().count() == 0


def test_an_admin_adds_a_member_and_the_mail_goes_to_them(portal: Portal, ann: StaffMember) -> None:
    page = ann.browser.get("/staff/members").click("Add a member")
    page = page.form("Add and send the mail").send(
        name=" Lan ", email="Lan@Staff.example", role="approver", language="vi"
    )
    assert page.h1 == "Lan"
    assert "Not set up yet" in page.text
    portal.drain()
    assert portal.mails()[-1]["To"] == "lan@staff.example"
    assert portal.mails()[-1]["Content-Language"] == "vi"
    assert "/staff/enrol/" not in page.text, "whoever adds somebody shall not be able to sign in as them"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"email": "lan"}, "This is not an e-mail address"),
        ({"email": "ann.admin@staff.example"}, "already"),
        ({"name": ""}, "Enter their name."),
        ({"role": ""}, "Choose"),
        ({"role": "owner"}, "Choose"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(ann: StaffMember, wrong: dict[str, str], says: str) -> None:
    typed = {"name": "Lan", "email": "lan@staff.example", "role": "staff", "language": "en", **wrong}
    form = ann.browser.get("/staff/members/add").form("Add and send the mail")
    page = ann.browser.post("/staff/members/add", data={**form.values, **typed}, status=422)
    assert says in page.text
    assert page.form("Add and send the mail").values["email"] == typed["email"]
    assert page.form("Add and send the mail").values["name"] == typed["name"]


def test_a_changed_role_counts_from_the_next_page_on_and_is_told(portal: Portal, ann: StaffMember) -> None:
    paul = staff(portal, "approver")
    assert paul.browser.client.get("/staff/members").status_code == 404
    ann.browser.get(f"/staff/members/{paul.number}").form("Change the role").send(role="admin")
    assert paul.browser.client.get("/staff/members").status_code == 200
    portal.drain()
    assert "An admin changed your role" in portal.last_mail()
    assert portal.mails()[-1]["To"] == paul.email


def test_a_closed_account_is_out_at_once_and_back_with_its_factor(portal: Portal, ann: StaffMember) -> None:
    paul = staff(portal, "approver")
    page = ann.browser.get(f"/staff/members/{paul.number}").form("Close the account").send()
    assert paul.browser.client.get("/staff/me").status_code == 303
    page.form("Open it again").send()
    assert paul.browser.client.get("/staff/me").status_code == 303, "the sessions from before stay ended"
    assert StaffAccount.get_by_id(paul.number).totp_secret == paul.secret


def test_a_reset_member_is_out_and_gets_an_address_for_a_new_factor(portal: Portal, ann: StaffMember) -> None:
    paul = staff(portal, "approver")
    ann.browser.get(f"/staff/members/{paul.number}").form("Take the second factor away").send()
    row = StaffAccount.get_by_id(paul.number)
    assert (row.totp_secret, row.confirmed_at) == (None, None)
    assert paul.browser.client.get("/staff/me").status_code == 303
    portal.drain()
    assert {mail["To"] for mail in portal.mails()[-2:]} == {paul.email}
    assert any("/staff/enrol/" in str(mail.get_body(("plain",))) for mail in portal.mails()[-2:])


@pytest.mark.parametrize("act", ["role", "disable", "reset"])
def test_nobody_does_it_to_themselves(portal: Portal, ann: StaffMember, act: str) -> None:
    staff(portal, "admin", "Bea Admin")
    page = ann.browser.post(f"/staff/members/{ann.number}/{act}", data={"role": "staff"}, status=409)
    assert "Ask another admin." in page.text
    assert role_of(ann.number) == "admin"
    assert not ann.browser.get(f"/staff/members/{ann.number}").root.all(
        "form", action=f"/staff/members/{ann.number}/{act}"
    )


def test_the_last_admin_stays_also_for_an_operator(portal: Portal, ann: StaffMember) -> None:
    closed = staff(portal, "admin", "Bea Admin")
    StaffAccount.update(disabled_at=clock.now()).where(StaffAccount.id == closed.number).execute()
    members.add(f"staff:{ann.number}", "new@staff.example", "New", "admin")
    with pytest.raises(members.LastAdmin):
        members.disable(None, ann.number)
    with pytest.raises(members.LastAdmin):
        members.change_role(closed.number, ann.number, "staff")
    with pytest.raises(members.LastAdmin):
        members.reset(closed.number, ann.number)
    assert ann.browser.client.get("/staff/members").status_code == 200


def test_two_admins_who_close_each_other_at_once_leave_one(portal: Portal, ann: StaffMember) -> None:
    bea, both, refused = staff(portal, "admin", "Bea Admin"), threading.Barrier(2), list[Exception]()

    def close(by: int, number: int) -> None:
        both.wait()
        try:
            members.disable(by, number)
        except members.LastAdmin as problem:
            refused.append(problem)
        finally:
            db.database.close()

    pairs = ((ann.number, bea.number), (bea.number, ann.number))
    threads = [threading.Thread(target=close, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert StaffAccount.select().where(StaffAccount.disabled_at.is_null()).count() == 1


def test_every_act_is_in_the_log_by_numbers(portal: Portal, ann: StaffMember) -> None:
    paul = staff(portal, "approver")
    members.change_role(ann.number, paul.number, "staff")
    members.disable(ann.number, paul.number)
    members.enable(ann.number, paul.number)
    found = (
        audit.AuditEvent.select().where(audit.AuditEvent.actor == f"staff:{ann.number}").order_by(audit.AuditEvent.id)
    )
    assert [event.name for event in found][-3:] == ["staff.role_changed", "staff.disabled", "staff.enabled"]
    assert "paul" not in repr([event.keys for event in found]).casefold()


def test_a_deputy_stands_in_during_the_days_and_only_in_the_same_role(portal: Portal, ann: StaffMember) -> None:
    paul, pia = staff(portal, "approver"), staff(portal, "approver", "Pia Approver")
    page = paul.browser.get("/staff/me").click("Change who stands in, and when")
    page = page.form("Save").send(deputy=str(pia.number), first="2026-12-24", last="2026-12-31")
    assert "From 24 December 2026 to 31 December 2026. Pia Approver stands in." in page.text
    for day, stands in ((date(2026, 12, 23), []), (date(2026, 12, 24), [paul.number]), (date(2027, 1, 1), [])):
        assert absence.stands_in_for(pia.number, day) == stands
    members.change_role(ann.number, pia.number, "staff")
    assert absence.stands_in_for(pia.number, date(2026, 12, 24)) == []


@pytest.mark.parametrize(("first", "last"), [("2026-12-31", "2026-12-24"), ("2026-12-24", ""), ("", "2026-12-24")])
def test_days_that_make_no_time_are_refused(ann: StaffMember, first: str, last: str) -> None:
    page = ann.browser.get("/staff/me/absence").form("Save").send(first=first, last=last, status=422)
    assert "The last day comes before the first, or one of them is missing." in page.text
    assert page.form("Save").values["first"] == first


def test_nobody_of_another_role_and_not_oneself_can_be_chosen(portal: Portal, ann: StaffMember) -> None:
    other = staff(portal, "approver")
    for number in (ann.number, other.number):
        form = ann.browser.get("/staff/me/absence").form("Save")
        ann.browser.post("/staff/me/absence", data={**form.values, "deputy": str(number)}, status=422)
        with pytest.raises(absence.NoDeputy):
            absence.note(ann.number, ann.number, number, None, None)


def test_sessions_are_listed_and_ended_by_their_own_member_alone(portal: Portal, ann: StaffMember) -> None:
    from portal.accounts.staff import sessions

    other = sessions.begin(StaffAccount.get_by_id(ann.number), "Firefox, Linux")
    page = ann.browser.get("/staff/me")
    assert "Firefox on Linux" in page.text
    page.form("Sign out all other browsers").send(htmx=True)
    assert sessions.signed_in(other) is None
    sam = staff(portal, "staff")
    mine = sessions.live(ann.number)[0].id
    sam.browser.post(f"/staff/me/sessions/{mine}/end", status=404)
    assert ann.browser.client.get("/staff/me").status_code == 200


def test_a_member_chooses_a_language(ann: StaffMember) -> None:
    ann.browser.get("/staff/me").form("Save the language").send(language="vi")
    assert StaffAccount.get_by_id(ann.number).language == "vi"


def test_a_session_lasts_while_it_is_used_but_not_for_ever(ann: StaffMember) -> None:
    for minutes in range(25, 8 * 60, 25):
        with clock.later(timedelta(minutes=minutes)):
            assert ann.browser.client.get("/staff/me").status_code == 200
    with clock.later(timedelta(hours=8, minutes=1)):
        assert ann.browser.client.get("/staff/me").status_code == 303
