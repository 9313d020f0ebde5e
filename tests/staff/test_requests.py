"""The queue as staff use it: filters in the address, views of one's own, many at once, intake, search."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from portal.cases import deadlines
from portal.cases.models import Case, CaseMessage
from portal.cases.service import by_reference, identity, intake, open_without_account
from portal.cases.service.reading import secret_url
from portal.kernel import clock, db
from portal.kernel.audit import AuditEvent
from portal.notices import bounces
from portal.notices.models import Message
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.people import StaffMember, staff


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


def ask(kind: str = "complaint", email: str = "linh@example.com", days: int = 9, **facts: object) -> Case:
    case = open_without_account(kind, email, "en")
    Case.update(complete_by=clock.today() + timedelta(days=days), **facts).where(Case.id == case.id).execute()
    return by_reference(case.reference)


def said(words: str) -> Any:
    return {"for": words}


def references(page: Page) -> list[str]:
    return [node.text for node in page.root.all("a") if node["href"].startswith("/staff/requests/R-")]


def test_the_queue_says_in_words_how_near_each_day_is(sam: StaffMember) -> None:
    late, today, soon = ask(days=-2), ask(days=0), ask(days=2)
    page = sam.browser.get("/staff/requests")
    assert references(page) == [late.reference, today.reference, soon.reference]
    for words in ("2 days overdue", "Due today", "Due in 2 days"):
        assert words in page.text


def test_a_filter_stands_in_the_address_and_can_be_kept_under_a_name(sam: StaffMember) -> None:
    late, _ = ask(days=-1), ask()
    page = sam.browser.get("/staff/requests").form("Show").send(due="overdue")
    assert references(page) == [late.reference]
    page = page.form("Keep").send(name="Late ones")
    assert references(page.click("Late ones")) == [late.reference]
    page = sam.browser.get("/staff/requests?due=overdue").form("Keep").send(name=" ", status=422)
    assert "Give the view a name" in page.text
    assert "Late ones" not in staff(sam.portal, "staff", "Other").browser.get("/staff/requests").text


def test_what_is_chosen_is_checked_first_and_then_done(sam: StaffMember) -> None:
    one, two = ask(), ask(days=1)
    until = clock.today() + timedelta(days=3)
    sent = {"case": [str(one.id), str(two.id)], "act": "snooze", "until": until.isoformat(), "to": "", "whom": "us"}
    page = sam.browser.post("/staff/requests/bulk", data=sent)
    assert "It will be done for 1 request" in page.text
    assert "It will not be done for 1 request" in page.text
    assert by_reference(one.reference).snoozed_until is None
    page = page.form("Do it").send()
    assert "Done for 1 request" in page.text
    assert by_reference(one.reference).snoozed_until is not None
    assert by_reference(two.reference).snoozed_until is None


def test_an_act_that_is_none_is_no_page(sam: StaffMember) -> None:
    sam.browser.post("/staff/requests/bulk", data={"case": str(ask().id), "act": "delete"}, status=404)


def test_a_letter_is_taken_in_with_its_true_day_and_never_with_one_ahead(sam: StaffMember) -> None:
    came = clock.today() - timedelta(days=4)
    form = sam.browser.get("/staff/requests/new").form("Take it in")
    told: Any = {
        "kind": "inquiry",
        "channel": "post",
        "email": "linh@example.com",
        "words": "On paper: <b>how long?</b>",
    }
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    again = form.send(**told, received=ahead, status=422)
    assert "On paper" in again.root.one(id="words").text
    assert not Case.select().exists()
    form.send(**told, received=came.isoformat())
    case = Case.get()
    assert (case.channel, deadlines.received_on(case.received_at, "Asia/Ho_Chi_Minh")) == ("post", came)
    assert (case.complete_by - came).days == (clock.today() - came).days + (case.complete_by - clock.today()).days
    note = CaseMessage.get()
    assert note.internal
    assert by_reference(case.reference).subject_id is None


def came_by_phone(**facts: str) -> Any:
    told = {
        "kind": "inquiry",
        "channel": "phone",
        "received": clock.today().isoformat(),
        "email": "linh@example.com",
    }
    return {**told, "words": "How long do you keep it?", **facts}


def test_a_request_that_is_taken_in_twice_is_one_and_the_second_press_says_so(sam: StaffMember) -> None:
    form = sam.browser.get("/staff/requests/new").form("Take it in")
    first = form.send(**came_by_phone())
    assert "taken in once" not in first.text
    again = form.send(**came_by_phone(words=" How long do you keep it? "))
    assert again.path == first.path
    assert "You have just taken this in, so it was taken in once" in again.text
    assert Case.select().count() == 1
    sam.portal.drain()
    assert [mail["To"] for mail in sam.portal.mails()] == ["linh@example.com"]


def test_what_tells_two_requests_apart_makes_two_and_so_does_another_member_or_another_hour(sam: StaffMember) -> None:
    form = sam.browser.get("/staff/requests/new").form("Take it in")
    form.send(**came_by_phone())
    for other in ({"words": "Since when?"}, {"kind": "complaint"}, {"channel": "post"}, {"email": ""}):
        form.send(**came_by_phone(**other))
    assert Case.select().count() == 5
    staff(sam.portal, "staff", "Other").browser.get("/staff/requests/new").form("Take it in").send(**came_by_phone())
    assert Case.select().count() == 6
    with clock.later(intake.SOON + timedelta(minutes=1)):
        page = form.send(**came_by_phone())
    assert Case.select().count() == 7
    assert page.path == f"/staff/requests/{Case.select().order_by(Case.id.desc()).get().reference}"


def test_the_second_press_leads_to_the_one_that_it_repeats_and_to_no_other(sam: StaffMember) -> None:
    form = sam.browser.get("/staff/requests/new").form("Take it in")
    first = form.send(**came_by_phone(words=""))
    other = form.send(**came_by_phone())
    assert form.send(**came_by_phone(words="")).path == first.path != other.path
    assert form.send(**came_by_phone()).path == other.path


def test_a_day_that_is_refused_uses_nothing_up(sam: StaffMember) -> None:
    form = sam.browser.get("/staff/requests/new").form("Take it in")
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    for _ in range(2):
        form.send(**came_by_phone(received=ahead), status=422)
    assert "taken in once" not in form.send(**came_by_phone()).text


def test_two_presses_at_once_are_one_request(sam: StaffMember) -> None:
    """Held by a row of the database, so it holds between processes as between threads."""
    wish = intake.Wish("inquiry", "phone", clock.today(), "linh@example.com", "en", "self", "How long?")
    both, made = threading.Barrier(2), list[tuple[str, bool]]()

    def press() -> None:
        both.wait()
        try:
            case, is_new = intake.take_in(wish, sam.number)
            made.append((case.reference, is_new))
        finally:
            db.database.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reference for reference, _ in made}) == 1
    assert sorted(is_new for _, is_new in made) == [False, True]


def test_a_case_is_found_by_its_reference_however_typed_and_by_address_without_a_trace_of_it(sam: StaffMember) -> None:
    case = ask()
    form = sam.browser.get("/staff/requests").form("Find")
    typed = case.reference.lower().replace("-", " ")
    assert form.send(**said(typed)).path == f"/staff/requests/{case.reference}"
    page = form.send(**said("LINH@example.com"))
    assert references(page) == [case.reference]
    assert page.path == "/staff/requests/search"
    assert AuditEvent.get(AuditEvent.name == "cases.searched").keys == {"by": "email"}
    assert "Type a reference" in form.send(**said("everybody"), status=422).text


def test_tests_stay_out_of_the_queue(sam: StaffMember) -> None:
    ask(is_test=True)
    assert references(sam.browser.get("/staff/requests")) == []
    assert len(references(sam.browser.get("/staff/requests?tests=only"))) == 1


def test_all_that_a_filter_shows_is_done_a_hundred_at_a_time_and_nothing_that_came_since(
    portal: Portal, sam: StaffMember
) -> None:
    for _ in range(205):
        ask()
    other = open_without_account("inquiry", "nam@example.com", "en")
    sent = {"all": "1", "query": "kind=complaint", "act": "assign", "to": str(sam.number)}
    page = sam.browser.post("/staff/requests/bulk", data=sent)
    assert "205" in page.text
    assert not Case.select().where(Case.assignee.is_null(False)).exists(), "the check page changes nothing"
    late = ask()
    page, times = page.form("Do it").send(), 1
    assert Case.select().where(Case.assignee == sam.number).count() == 100
    while "Go on" in page.text:
        page, times = page.form("Go on with the next").send(), times + 1
    assert times == 3
    assert "205" in page.text
    assert Case.select().where(Case.assignee == sam.number).count() == 205
    assert by_reference(late.reference).assignee is None
    assert by_reference(other.reference).assignee is None


def test_what_came_by_post_shows_its_day_and_no_hour_that_nobody_knows(sam: StaffMember) -> None:
    came = came_by_phone(channel="post", received=(clock.today() - timedelta(days=2)).isoformat())
    page = sam.browser.get("/staff/requests/new").form("Take it in").send(**came)
    case = Case.get()
    assert "12:00" not in page.text
    assert "12:00" not in sam.browser.get(f"{page.path}/as-seen").text
    assert "12:00" not in Browser(sam.portal.app).get(secret_url(case)).text


def test_staff_are_told_where_no_mail_arrives_before_they_write_or_decide(sam: StaffMember) -> None:
    unknown = open_without_account("copy_by_other_means", "", "en", channel="phone")
    gone = open_without_account("copy_by_other_means", "gone@example.com", "en")
    sam.portal.drain()
    bounces.note(Message.get(), "5.1.1")
    for case, said in ((unknown, "No e-mail address is known"), (gone, "There is no such mailbox")):
        place = f"/staff/requests/{case.reference}"
        for page in (place, f"{place}/decide", f"{place}/extend"):
            assert said in sam.browser.get(page).text
    reached = f"/staff/requests/{ask('copy_by_other_means').reference}"
    assert "e-mail address is known" not in sam.browser.get(reached).text
    assert "tell them in another way" not in sam.browser.get(f"{reached}/decide").text


def test_an_address_is_written_down_where_mail_came_back_and_the_request_is_acknowledged_there(
    sam: StaffMember,
) -> None:
    page = sam.browser.get("/staff/requests/new").form("Take it in").send(**came_by_phone(email="linh@example.con"))
    place = page.path
    sam.browser.get(f"{place}/address", status=409)
    sam.portal.drain()
    bounces.note(Message.get(), "5.1.1")
    form = sam.browser.get(place).click("Write down an address").form("Write it down")
    assert "no address" in form.send(email="no address", status=422).root.one(id="email")["value"]
    page = form.send(email="Linh@Example.com")
    assert page.path == place
    assert "comes back" not in page.text
    sam.portal.drain()
    assert [mail["To"] for mail in sam.portal.mails()] == ["linh@example.con", "linh@example.com"]
    assert Case.get().acknowledged_at is not None
    sam.browser.post(f"{place}/address", data={"email": "nam@example.com"}, status=409)


def test_nobody_writes_down_an_address_for_who_wrote_by_themselves_or_has_shown_who_they_are(sam: StaffMember) -> None:
    asked = ask("copy_by_other_means", email="")
    sam.browser.get(f"/staff/requests/{asked.reference}/address", status=409)
    taken = open_without_account("copy_by_other_means", "", "en", channel="post")
    sam.browser.get(f"/staff/requests/{taken.reference}/address")
    identity.prove(taken, "in person", f"staff:{sam.number}")
    sam.browser.get(f"/staff/requests/{taken.reference}/address", status=409)
