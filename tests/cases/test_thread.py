"""What is said in a case: who sees it when, and what is told of it by mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases.models import Case, CaseMessage
from portal.cases.service import by_reference, open_without_account, thread
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow
from tests.conftest import Portal

ANNA, BINH = 1, 2
LATER = thread.TAKE_BACK + timedelta(seconds=1)


@pytest.fixture
def case(portal: Portal) -> Case:
    opened = open_without_account("inquiry", "linh@example.com", "en")
    portal.drain()
    return opened


def test_a_person_is_seen_at_once_and_staff_after_ten_minutes(case: Case, portal: Portal) -> None:
    thread.say(case, "person", "How long do you keep photos?")
    thread.send(case, ANNA, "Eighteen months.")
    portal.drain()
    assert [row.body for row in thread.said(case)] == ["How long do you keep photos?"]
    with clock.later(LATER):
        portal.drain()
    assert [row.author for row in thread.said(case)] == ["person", "staff:1"]


def test_the_mail_about_a_message_holds_the_reference_and_no_word_of_it(case: Case, portal: Portal) -> None:
    thread.send(case, ANNA, "Your bank account was deleted.")
    with clock.later(LATER):
        portal.drain()
        portal.drain()
    mail = portal.mails()[-1]
    assert case.reference in str(mail["Subject"])
    assert "bank" not in portal.last_mail()
    assert f"/requests/{case.reference}/" in portal.last_mail()


def test_what_staff_wrote_can_be_taken_back_until_it_goes_out(case: Case, portal: Portal) -> None:
    row = thread.send(case, ANNA, "Too quick.")
    thread.take_back(case, ANNA, row.id)
    assert thread.draft(case, ANNA) == "Too quick."
    with clock.later(LATER):
        portal.drain()
    assert thread.said(case) == []
    row = thread.send(case, ANNA, "Now right.")
    assert thread.draft(case, ANNA) == ""
    with clock.later(LATER):
        portal.drain()
        with pytest.raises(NotNow):
            thread.take_back(case, ANNA, row.id)
    with pytest.raises(NotFound):
        thread.take_back(case, BINH, row.id)


def test_drafts_and_notes_are_for_staff_alone(case: Case, portal: Portal) -> None:
    thread.keep_draft(case, ANNA, "Dear")
    thread.keep_draft(case, ANNA, "Dear Linh")
    thread.note_inside(case, BINH, "Rude on the phone.")
    with clock.later(LATER):
        portal.drain()
    assert thread.said(case) == []
    assert (thread.draft(case, ANNA), thread.draft(case, BINH)) == ("Dear Linh", "")
    assert CaseMessage.select().where(CaseMessage.state == "draft").count() == 1


def test_an_answer_of_the_person_ends_the_waiting_for_them(case: Case) -> None:
    Case.update(waiting="person").where(Case.id == case.id).execute()
    thread.say(case, "person", "Here it is.")
    assert by_reference(case.reference).waiting == ""


@pytest.mark.parametrize("text", ["", "  \n", "x" * (thread.LONGEST + 1)])
def test_a_message_has_a_word_in_it_and_an_end(case: Case, text: str) -> None:
    with pytest.raises(thread.NothingSaid):
        thread.say(case, "person", text)
