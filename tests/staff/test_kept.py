"""What staff typed when their session was over is shown to them again, and sent by their button alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.staff import kept, sessions
from portal.accounts.staff.models import StaffAccount, StaffKept, StaffSession
from portal.cases.models import Case, CaseMessage
from portal.cases.service import open_without_account, thread
from portal.kernel import clock, db
from tests.conftest import Portal
from tests.people import StaffMember, staff

HERE = {"Sec-Fetch-Site": "same-origin"}
WORDS = "Dear Linh,\nwe have looked into it, and this is what we found."


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


@pytest.fixture
def case(portal: Portal) -> Case:
    return open_without_account("complaint", "linh@example.com", "en")


def idle(sam: StaffMember) -> None:
    StaffSession.update(seen_at=clock.now() - timedelta(hours=1)).where(StaffSession.staff == sam.number).execute()


def back(sam: StaffMember) -> None:
    """Sign in anew."""
    sam.browser.client.set_cookie("staff", sessions.begin(StaffAccount.get_by_id(sam.number), "a test"))


def test_a_message_typed_after_the_session_was_over_is_there_after_signing_in(sam: StaffMember, case: Case) -> None:
    place = f"/staff/requests/{case.reference}/write"
    idle(sam)
    answer = sam.browser.client.post(place, data={"text": WORDS, "act": "send"}, headers=HERE)
    assert answer.location.startswith("/staff/sign-in")
    stored = db.database.execute_sql("SELECT typed FROM staff_kept").fetchone()[0]
    assert b"Dear Linh" not in bytes(stored), "it is encrypted"
    back(sam)
    page = sam.browser.get("/staff/kept")
    assert "and this is what we found." in page.text
    form = {"text": WORDS + " Sam", "act": "send"}
    answer = sam.browser.client.post("/staff/kept/send", data=form, headers=HERE)
    assert (answer.status_code, answer.location) == (307, place)
    assert sam.browser.client.post(answer.location, data=form, headers=HERE).status_code == 303
    row = CaseMessage.get()
    assert (row.body, row.state) == (WORDS + " Sam", thread.WAITING)
    assert sam.browser.get("/staff/kept").path != "/staff/kept", "it is shown once"


def test_signing_in_leads_there(portal: Portal, sam: StaffMember, case: Case) -> None:
    with clock.later(timedelta(minutes=20)):  # the session lives, but the second factor is asked for anew
        answer = sam.browser.client.post(
            f"/staff/requests/{case.reference}/decide", data={"outcome": "refuse", "words": WORDS}, headers=HERE
        )
        assert answer.location.startswith("/staff/confirm")
        answer = sam.browser.client.post("/staff/confirm", data={"code": sam.code()}, headers=HERE)
        assert answer.location == "/staff/kept"
        assert "and this is what we found." in sam.browser.get("/staff/kept").text


def test_nobody_else_sees_it_and_it_goes(sam: StaffMember, portal: Portal, case: Case) -> None:
    idle(sam)
    sam.browser.client.post(f"/staff/requests/{case.reference}/note", data={"note": WORDS}, headers=HERE)
    paul = staff(portal, "approver")
    assert paul.browser.get("/staff/kept").path != "/staff/kept"
    assert kept.of(sam.number)
    with clock.later(timedelta(hours=13)):
        assert kept.of(sam.number) is None
        kept.forget_past()
    assert not StaffKept.select().exists()


def test_it_is_let_go_of(sam: StaffMember, case: Case) -> None:
    idle(sam)
    sam.browser.client.post(f"/staff/requests/{case.reference}/note", data={"note": WORDS}, headers=HERE)
    back(sam)
    sam.browser.get("/staff/kept").form("Let it go").send()
    assert not StaffKept.select().exists()


@pytest.mark.parametrize("who", ["a stranger", "an ended session", "a disabled member"])
def test_nothing_is_kept_for(sam: StaffMember, case: Case, who: str) -> None:
    """Whoever has an old cookie must not lay a form before a member."""
    idle(sam)
    if who == "a stranger":
        sam.browser.client.set_cookie("staff", "x" * 43)
    elif who == "an ended session":
        StaffSession.update(ended_at=clock.now()).execute()
    else:
        StaffAccount.update(disabled_at=clock.now()).execute()
    answer = sam.browser.client.post(f"/staff/requests/{case.reference}/note", data={"note": WORDS}, headers=HERE)
    assert answer.location.startswith("/staff/sign-in")
    assert not StaffKept.select().exists()


def test_no_code_and_nothing_huge_is_kept(sam: StaffMember, case: Case) -> None:
    idle(sam)
    place = f"/staff/requests/{case.reference}/note"
    sam.browser.client.post(place, data={"note": WORDS, "code": "123456", "csrf_token": "x"}, headers=HERE)
    found = kept.of(sam.number)
    assert found
    assert found.fields == [("note", WORDS)]
    sam.browser.client.post(place, data={"note": "x" * 150_000}, headers=HERE)
    assert kept.of(sam.number) == found
