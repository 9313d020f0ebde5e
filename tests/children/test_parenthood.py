"""A parent shows that they are one in a way of their choice; what they showed is erased, and the line stays."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest

from portal.cases.cleaning import BadFile
from portal.cases.models import Evidence
from portal.cases.service import evidence
from portal.children.models import ParenthoodCheck
from portal.children.service import outcome, parenthood, reporting
from portal.children.views.following import path_of
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotFound, NotNow
from tests.browse import Browser
from tests.children.reports import CHILD, PARENT, answered, decide, reported
from tests.conftest import Portal
from tests.people import member, staff

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def test_two_ways_are_always_offered_and_one_needs_neither_camera_nor_paper(portal: Portal) -> None:
    case = reported(portal)
    report = reporting.of_case(case)
    for method in parenthood.METHODS:
        for _ in range(parenthood.TRIES):
            parenthood.record(case, method, parenthood.FAILED, 1)
    left = parenthood.offered(report)
    assert left == list(parenthood.ALWAYS)
    assert any(not parenthood.METHODS[name].camera and not parenthood.METHODS[name].paper for name in left)
    assert not parenthood.is_verified(report)


def test_each_check_says_how_who_when_and_with_which_result(portal: Portal) -> None:
    case = reported(portal)
    parenthood.ask(case, "video_call")
    assert parenthood.ask(case, "video_call").id == ParenthoodCheck.get().id
    row = parenthood.record(case, "video_call", parenthood.VERIFIED, 7)
    assert (row.method, row.state, row.by_staff, row.at is not None) == ("video_call", "verified", 7, True)
    facts = AuditEvent.get(AuditEvent.name == "children.parenthood_checked")
    assert facts.actor == "staff:7"
    assert parenthood.is_verified(reporting.of_case(case))
    for method, result in (("id_card", "verified"), ("video_call", "perhaps")):
        with pytest.raises(NotFound):
            parenthood.record(case, method, result, 7)


def test_a_report_that_nobody_proved_cannot_be_shown_to_be_a_parent_s(portal: Portal) -> None:
    year, month = 2014, 5
    draft = reporting.Draft("mother", {"email": CHILD}, "VN", year, month, PARENT, ("delete",))
    case = reporting.file(draft, "192.0.2.1", "en")
    with pytest.raises(NotNow):
        parenthood.ask(case, "call_back")


def test_five_pages_are_the_most_of_one_check_however_they_come(portal: Portal) -> None:
    """The address of a report is anybody's who has a mailbox: it must not fill the store."""
    case = reported(portal)
    place, browser = path_of(case) + "/parent/form", Browser(portal.app)
    for files, told in ((3, ""), (3, "Send up to 5 files."), (2, ""), (1, "Send up to 5 files.")):
        answer = browser.client.post(
            place,
            data={"files": [(BytesIO(PNG), "form.png") for _ in range(files)]},
            headers={"Sec-Fetch-Site": "same-origin"},
            content_type="multipart/form-data",
        )
        assert answer.status_code == (422 if told else 303)
        assert told in answer.text
    assert evidence.count(case) == 5
    with pytest.raises(BadFile):
        parenthood.hand_in(case, "signed_form", evidence.checked([("form.png", PNG)]))
    parenthood.record(case, "signed_form", parenthood.FAILED, 1)
    parenthood.hand_in(case, "signed_form", evidence.checked([("form.png", PNG)]))


def test_files_that_cannot_be_taken_count_as_tries(portal: Portal) -> None:
    place, browser, answers = path_of(reported(portal)) + "/parent/form", Browser(portal.app), []
    for _ in range(11):
        sent = {"files": (BytesIO(b"%PDF- no such file"), "form.pdf")}
        answers.append(browser.client.post(place, data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code)
    assert answers == [422] * 10 + [429]


def test_a_signed_form_is_kept_encrypted_and_handed_out_as_an_attachment_alone(portal: Portal) -> None:
    case, sam = reported(portal), staff(portal, "staff")
    browser = Browser(portal.app)
    page = browser.get(path_of(case) + "/parent").form("Choose this A signed form").send()
    assert "identity card" in page.text
    answer = browser.client.post(
        path_of(case) + "/parent/form",
        data={"files": (BytesIO(PNG), "form.exe")},
        headers={"Sec-Fetch-Site": "same-origin"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    row, check = Evidence.get(), ParenthoodCheck.get()
    assert (check.state, json.loads(check.evidence)) == ("shown", [row.id])
    assert (row.media_type, row.name) == ("image/png", "form.png")
    assert PNG not in b"".join(evidence.store().read(row.file))
    got = sam.browser.client.get(f"/staff/requests/{case.reference}/child/evidence/{row.id}")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.data.startswith(b"\x89PNG")
    with clock.later(parenthood.KEPT + timedelta(days=1)):
        portal.drain()
        portal.drain()
        assert not Evidence.select().exists()
        gone = ParenthoodCheck.get()
        assert (gone.evidence, gone.erased_at is not None, gone.method) == (None, True, "signed_form")


def test_what_is_no_picture_or_document_is_refused_by_its_content(portal: Portal) -> None:
    case = reported(portal)
    parenthood.ask(case, "signed_form")
    answer = Browser(portal.app).client.post(
        path_of(case) + "/parent/form",
        data={"files": (BytesIO(b"MZ not a picture"), "form.png")},
        headers={"Sec-Fetch-Site": "same-origin"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert not Evidence.select().exists()


def test_evidence_goes_with_the_decision_at_the_latest_on_its_date(portal: Portal) -> None:
    case = reported(portal)
    parenthood.hand_in(case, "signed_form", evidence.checked([("form.png", PNG)]))
    parenthood.record(case, "signed_form", parenthood.VERIFIED, 1)
    decide(portal, case, "delete")
    assert not Evidence.select().exists()
    assert parenthood.is_verified(reporting.of_case(case))


def test_an_own_account_counts_with_the_address_of_the_report_and_signs_of_an_adult(portal: Portal) -> None:
    mai = member(portal, "everyday")
    case, other = reported(portal, by=mai.email), reported(portal, by="somebody@example.com")
    for wrong_case, subject in ((other, mai.subject), (case, member(portal, "somebody@example.com").subject)):
        with pytest.raises(parenthood.NoOwnAccount):
            parenthood.by_own_account(wrong_case, subject)
    stranger = Browser(portal.app).client.get(path_of(case) + "/parent/account")
    assert stranger.location.startswith("/sign-in?next=")
    page = mai.browser.get(path_of(case) + "/parent/account").form("Use my account").send()
    assert "We look at it" in page.text
    assert not parenthood.is_verified(reporting.of_case(case))  # staff still have to look


def test_nothing_is_told_before_it_is_verified_and_all_of_it_after(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    browser = Browser(portal.app)
    assert "delete the account. It begins" not in browser.get(path_of(case)).text
    assert outcome.of(case) is None
    parenthood.record(case, "call_back", parenthood.VERIFIED, 1)
    assert answered(case).outcome == "delete"
    assert "delete the account. It begins" in browser.get(path_of(case)).text


def test_what_was_released_is_read_at_the_parent_s_address_alone(portal: Portal) -> None:
    case, other = reported(portal, wishes=("see",)), reported(portal, by="other@example.com", about="no@example.com")
    parenthood.record(case, "call_back", parenthood.VERIFIED, 1)
    decide(portal, case, "see", tables=("booking.users",), child_agrees=True)
    browser = Browser(portal.app)
    page = browser.get(path_of(case)).click("See what was released")
    assert "Date of birth" in page.text
    assert CHILD not in page.text
    browser.get(path_of(other) + "/released/1", status=404)
    with clock.later(timedelta(days=15)):
        browser.get(page.path, status=404)
