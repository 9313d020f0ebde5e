"""A case as staff answer it: nothing said twice, nothing refused without a reason, nothing looked at unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.staff.models import StaffLook
from portal.cases import deadlines
from portal.cases.kinds import Proof
from portal.cases.models import Case, CaseEvent, CaseMessage, Decision
from portal.cases.service import by_reference, desk, identity, open_case, open_without_account
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from tests.conftest import Portal
from tests.people import Member, StaffMember, member, staff


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


@pytest.fixture
def paul(portal: Portal) -> StaffMember:
    return staff(portal, "approver")


@pytest.fixture
def case(portal: Portal) -> Case:
    """A complaint of a stranger."""
    return open_without_account("complaint", "linh@example.com", "en")


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


def at(case: Case, more: str = "") -> str:
    return f"/staff/requests/{case.reference}{more}"


def looked(sam: StaffMember, case: Case) -> None:
    sam.browser.get(at(case))


def test_a_request_that_is_not_there_is_no_page(sam: StaffMember) -> None:
    sam.browser.get("/staff/requests/R-2222-22", status=404)


def test_who_looks_at_a_person_s_request_is_noted_and_the_person_reads_it(sam: StaffMember, mai: Member) -> None:
    case = open_case("inquiry", mai.subject, approved=False)
    for more in ("", "/as-seen", "/data"):
        sam.browser.get(at(case, more))
    look = StaffLook.get()
    assert (look.subject_id, look.about, look.reason) == (mai.subject, case.reference, "answering")
    assert "answering a request" in mai.browser.get("/activity").text


def test_a_message_goes_out_after_ten_minutes_and_can_be_taken_back(
    portal: Portal, sam: StaffMember, case: Case
) -> None:
    sent = len(portal.mails())
    page = sam.browser.get(at(case)).form("Send").send(text="We look into <script>it</script> & 1 < 2.")
    row = CaseMessage.get()
    assert (row.body, row.state) == ("We look into it & 1 < 2.", "waiting")
    page.form("Take it back").send()
    assert CaseMessage.get().state == "draft"
    assert "1 < 2" in sam.browser.get(at(case)).root.one(id="text").text
    sam.browser.get(at(case)).form("Send").send()
    with clock.later(timedelta(minutes=11)):
        portal.drain()
    assert CaseMessage.get().state == "sent"
    mails = portal.mails()[sent:]
    assert any(case.reference in str(mail["subject"]) + str(mail.get_body(("plain",))) for mail in mails)
    assert "1 < 2" not in portal.last_mail()


def test_an_empty_message_is_not_sent_and_nothing_typed_is_lost(sam: StaffMember, case: Case) -> None:
    form = sam.browser.get(at(case)).form("Send")
    assert "Write a message" in form.send(text="  ", status=422).text
    long = "x" * 10_001
    assert long in form.send(text=long, status=422).root.one(id="text").text


def test_a_template_is_put_in_below_what_was_written_in_the_language_of_the_person(
    portal: Portal, sam: StaffMember
) -> None:
    case = open_without_account("complaint", "linh@example.com", "vi")
    page = sam.browser.get(at(case)).form("Put it in").send(text="Chào bạn.", template="complaint")
    text = page.root.one(id="text").text
    assert text.strip().startswith("Chào bạn.")
    assert f"khiếu nại {case.reference}" in text
    assert not CaseMessage.select().exists()


def test_a_draft_is_kept_by_itself_and_others_see_that_somebody_writes(
    sam: StaffMember, paul: StaffMember, case: Case
) -> None:
    answer = sam.browser.post(at(case, "/draft"), data={"text": "Dear"}, htmx=True)
    assert "Draft kept at" in answer.text
    assert "Sam Staff is writing here" in paul.browser.post(at(case, "/draft"), data={"text": "Hi"}, htmx=True).text
    paul.browser.post(at(case, "/draft"), data={"text": ""}, htmx=True)
    assert "Sam Staff is writing here" in paul.browser.get(at(case)).text
    assert paul.browser.get(at(case)).root.one(id="text").text.strip() == ""
    assert "Dear" in sam.browser.get(at(case)).root.one(id="text").text
    with clock.later(timedelta(minutes=2)):
        assert "is writing here" not in paul.browser.get(at(case)).text


def test_the_person_sees_neither_notes_nor_what_is_not_out_yet(sam: StaffMember, case: Case) -> None:
    sam.browser.get(at(case)).form("Keep the note").send(note="Looks like a competitor.")
    sam.browser.get(at(case)).form("Send").send(text="We are on it.")
    sam.browser.get(at(case)).form("Give").send(to=str(sam.number))
    page = sam.browser.get(at(case, "/as-seen"))
    assert "competitor" not in page.text
    assert "We are on it" not in page.text
    assert "Given to somebody" not in page.text
    assert "Sam Staff" not in page.text
    assert "Received" in page.text


@pytest.mark.parametrize(
    "told", [{"outcome": "refuse"}, {"outcome": "refuse", "reason": "no_match"}, {"outcome": "part", "words": "Some."}]
)
def test_a_refusal_without_a_reason_from_the_list_and_in_words_is_not_saved(
    sam: StaffMember, case: Case, told: Any
) -> None:
    form = sam.browser.get(at(case, "/decide")).form("Propose")
    page = form.send(**told, status=422)
    assert "A refusal needs a reason" in page.text
    assert not Decision.select().exists()
    assert told.get("words", "") in page.root.one(id="words").text


def test_what_one_proposes_another_agrees_to(sam: StaffMember, paul: StaffMember, case: Case) -> None:
    page = sam.browser.get(at(case, "/decide")).form("Propose").send(outcome="fulfil", words="You are right.")
    assert "Sam Staff proposes: Fulfil" in page.text
    row = Decision.get()
    sam.browser.post(at(case, f"/decisions/{row.id}/agree"), status=404)
    page = paul.browser.get(at(case)).form("Agree").send()
    assert "Proposed by Sam Staff, decided by Paul Approver" in page.text
    assert by_reference(case.reference).state == "fulfilled"


def test_an_approver_does_not_agree_to_their_own_proposal(paul: StaffMember, case: Case) -> None:
    paul.browser.get(at(case, "/decide")).form("Propose").send(outcome="fulfil", words="Yes.")
    paul.browser.post(at(case, f"/decisions/{Decision.get().id}/agree"), status=409)
    assert by_reference(case.reference).state == "open"


def test_a_decision_wants_a_fresh_second_factor(sam: StaffMember, case: Case) -> None:
    with clock.later(timedelta(minutes=16)):
        assert sam.browser.get(at(case, "/decide")).path == "/staff/confirm"


def test_a_stranger_s_request_is_matched_by_address_and_only_their_own_code_counts(
    sam: StaffMember, mai: Member
) -> None:
    case = open_without_account("download", "somebody.else@example.com", "en")
    identity.prove(case, "code", "person")
    page = sam.browser.get(at(case, "/person")).form("Look").send(address=mai.email)
    assert mai.email.split("@")[0] not in page.text
    page = page.form("This is the person").send()
    matched = by_reference(case.reference)
    assert matched.subject_id == mai.subject
    assert identity.proof(matched) == 0, "a code to another address proves nothing about this person"
    assert AuditEvent.get(AuditEvent.name == "cases.looked_for").subject == mai.subject


def test_a_code_to_the_matched_address_itself_goes_on_counting(sam: StaffMember, mai: Member) -> None:
    case = open_without_account("download", mai.email, "en")
    identity.prove(case, "code", "person")
    page = sam.browser.get(at(case, "/person")).form("Look").send(address=mai.email)
    page.form("This is the person").send()
    assert identity.proof(by_reference(case.reference)) == Proof.ADDRESS


def test_an_address_that_nobody_has_matches_with_nobody(sam: StaffMember, case: Case) -> None:
    page = sam.browser.get(at(case, "/person")).form("Look").send(address="nobody@example.com")
    assert "This is the person" not in page.text
    sam.browser.post(at(case, "/match"), data={"address": "nobody@example.com"}, status=409)
    assert by_reference(case.reference).subject_id is None


def test_account_numbers_are_masked_until_they_are_revealed_which_is_logged(sam: StaffMember, mai: Member) -> None:
    case = open_case("inquiry", mai.subject, approved=False)
    looked(sam, case)
    page = sam.browser.get(at(case, "/data/booking/users"))
    assert "••••" in page.text
    page = page.form("Reveal").send()
    assert "••••" not in page.text
    event = AuditEvent.get(AuditEvent.name == "cases.revealed")
    assert (event.subject, event.actor) == (mai.subject, f"staff:{sam.number}")
    assert "Our staff saw masked values" in mai.browser.get("/activity").text


def test_a_rehearsal_says_what_would_go_and_changes_nothing(sam: StaffMember, mai: Member) -> None:
    case = open_case("deletion", mai.subject, approved=False)
    looked(sam, case)
    page = sam.browser.get(at(case, "/rehearsal"))
    assert "Deleted" in page.text
    assert "Kept" in page.text
    assert sam.browser.get(at(case, "/rehearsal")).text == page.text
    assert by_reference(case.reference).state == "open"


def test_a_test_is_marked_by_those_who_may(sam: StaffMember, paul: StaffMember, case: Case) -> None:
    sam.browser.post(at(case, "/handle"), data={"act": "test"}, status=404)
    paul.browser.get(at(case)).form("Mark as a test").send()
    assert by_reference(case.reference).is_test


def test_the_rules_of_the_law_stand_in_the_case(sam: StaffMember, case: Case) -> None:
    text = sam.browser.get(at(case)).text
    assert "Viet Nam: acknowledge within 2 working days" in text
    assert "A complaint: acknowledge it within 30 days" in text


def test_nobody_is_recognised_in_person_without_the_number_of_their_request(sam: StaffMember, portal: Portal) -> None:
    case = open_without_account("download", "linh@example.com", "en")
    page = sam.browser.get(at(case)).form("Note it").send(method="in person", number="12 34 5x", status=422)
    assert "This is not the number of the request." in page.text
    assert page.root.one(id="number").attributes["value"] == "12 34 5x"
    assert identity.proofs(case) == []
    for _ in range(int(desk.TRIES.partition("/")[0]) - 1):
        page = page.form("Note it").send(method="in person", number="1", status=422)
    page.form("Note it").send(method="in person", number=identity.number(case), status=429)


def test_recognising_somebody_in_person_counts_after_seven_days(sam: StaffMember, portal: Portal) -> None:
    case = open_without_account("download", "linh@example.com", "en")
    page = sam.browser.get(at(case)).form("Note it").send(method="in person", number=identity.number(case))
    assert "counts from" in page.text
    sam.browser.post(at(case, "/attest"), data={"method": "code"}, status=404)
    assert CaseEvent.select().where(CaseEvent.name == "attested").count() == 1


def test_time_is_extended_once_with_a_reason_that_the_person_reads(portal: Portal, sam: StaffMember) -> None:
    case = open_without_account("copy_by_other_means", "linh@example.com", "en")
    before = case.complete_by
    form = sam.browser.get(at(case, "/extend")).form("Extend it")
    form.send(status=422)
    form.send(reason="  ", status=422)
    assert by_reference(case.reference).complete_by == before
    form.send(reason="Three systems have to be asked.")
    after = by_reference(case.reference)
    received = deadlines.received_on(case.received_at, "Asia/Ho_Chi_Minh")
    assert after.complete_by - before == before - received
    seen = sam.browser.get(at(case, "/as-seen")).text
    assert "Three systems have to be asked." in seen
    assert "Time extended" in seen
    form.send(reason="And once more.", status=409)
    assert by_reference(case.reference).complete_by == after.complete_by
    portal.drain()
    assert case.reference in portal.last_mail()


def test_time_is_not_extended_once_it_is_over(portal: Portal, sam: StaffMember) -> None:
    case = open_without_account("copy_by_other_means", "linh@example.com", "en")
    form = sam.browser.get(at(case, "/extend")).form("Extend it")
    past = {"received_at": clock.now() - timedelta(days=30), "complete_by": clock.now().date() - timedelta(days=20)}
    Case.update(past).where(Case.id == case.id).execute()
    form.send(reason="Too late.", status=409)
    assert by_reference(case.reference).extended_at is None


def test_a_complaint_from_the_united_kingdom_has_all_its_entries(
    portal: Portal, sam: StaffMember, paul: StaffMember
) -> None:
    """RULES §18 line 33: acknowledged, told how it goes on, and the outcome, each in time and in the timeline."""
    case = open_without_account("complaint", "jane@example.com", "en", country="GB")
    assert (case.acknowledge_by - case.received_at.date()).days <= 30
    sam.browser.get(at(case)).form("Send").send(text="It is being looked into.")
    with clock.later(timedelta(minutes=11)):
        portal.drain()
    sam.browser.get(at(case, "/decide")).form("Propose").send(outcome="refuse", reason="other", words="No.")
    paul.browser.get(at(case)).form("Agree").send()
    portal.drain()
    seen = sam.browser.get(at(case, "/as-seen")).text
    for entry in ("Received", "Acknowledged", "It is being looked into.", "Refused"):
        assert entry in seen
    assert "complain to" in portal.last_mail()


def test_staff_read_when_a_deletion_begins_and_what_a_hold_keeps_of_it(paul: StaffMember, mai: Member) -> None:
    mai.browser.get("/deletion/check").form("Delete my account").send()
    case = Case.get(Case.kind == "deletion")
    page = paul.browser.get(at(case))
    assert "Begins at" in page.text
    page = page.click("Legal holds")
    told: Any = {
        "place": "booking.bookings",
        "until": (clock.now().date() + timedelta(days=200)).isoformat(),
        "key": "",
    }
    page = page.form("Place the hold").send(**told, reason="A claim in court.")
    assert "Smartos Booking App: Bookings" in page.text
    assert "A claim in court." in page.text


def test_a_request_that_needs_no_proof_is_not_called_proven(sam: StaffMember, case: Case) -> None:
    text = sam.browser.get(at(case)).text
    assert "This kind of request needs no proof" in text
    assert "Proven" not in text
    other = open_without_account("restriction", "linh@example.com", "en")
    assert "Not proven" in sam.browser.get(at(other)).text
