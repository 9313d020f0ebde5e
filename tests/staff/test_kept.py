"""What staff typed when their session was over is shown to them again, and sent by their button alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from portal import migrations
from portal.accounts import keeping
from portal.accounts.keeping import of_staff
from portal.accounts.keeping.models import KeptForm
from portal.accounts.staff import sessions
from portal.accounts.staff.models import StaffAccount, StaffSession
from portal.cases.models import Case, CaseMessage
from portal.cases.service import open_without_account, thread
from portal.kernel import clock, crypto, db
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
    stored = db.database.execute_sql("SELECT fields FROM kept_forms").fetchone()[0]
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
    assert of_staff.latest(sam.number)
    with clock.later(timedelta(hours=13)):
        assert of_staff.latest(sam.number) is None
        keeping.forget_past()
    assert not KeptForm.select().exists()


def test_it_is_let_go_of(sam: StaffMember, case: Case) -> None:
    idle(sam)
    sam.browser.client.post(f"/staff/requests/{case.reference}/note", data={"note": WORDS}, headers=HERE)
    back(sam)
    sam.browser.get("/staff/kept").form("Let it go").send()
    assert not KeptForm.select().exists()


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
    assert not KeptForm.select().exists()


def test_no_code_and_nothing_huge_is_kept(sam: StaffMember, case: Case) -> None:
    idle(sam)
    place = f"/staff/requests/{case.reference}/note"
    sam.browser.client.post(place, data={"note": WORDS, "code": "123456", "csrf_token": "x"}, headers=HERE)
    found = of_staff.latest(sam.number)
    assert found
    assert found.fields == [("note", WORDS)]
    sam.browser.client.post(place, data={"note": "x" * 150_000}, headers=HERE)
    assert of_staff.latest(sam.number) == found


def test_what_lay_in_a_table_of_its_own_before_is_still_there(sam: StaffMember) -> None:
    migrations.down("0056_kept_forms")
    sealed = crypto.encrypt(json.dumps(["/staff/requests/R-1/note", [["note", WORDS]]]), "staff_kept.typed")
    db.run("INSERT INTO staff_kept (staff_id, typed, at) VALUES (?, ?, ?)", sam.number, sealed, db.written(clock.now()))
    migrations.up()
    found = of_staff.latest(sam.number)
    assert found
    assert (found.path, found.fields) == ("/staff/requests/R-1/note", [("note", WORDS)])
    with clock.later(timedelta(hours=13)):
        assert of_staff.latest(sam.number) is None
