"""What goes by itself: requests nobody proved, and what was written in those that are long over (RULES R7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import config
from portal.cases.models import Attempt, Case, CaseMessage, Decision
from portal.cases.service import by_reference, codes, deciding, forgetting, identity, open_case, thread, timeline
from portal.cases.tasks import expire_unproven, forget_attempts, forget_closed
from portal.kernel import clock
from portal.subjects.models import Subject
from tests.cases.conftest import NAM, Stranger

DAY = timedelta(days=1)
ANNA, BINH = 1, 2


def test_what_nobody_proved_in_thirty_days_ends_and_its_texts_are_erased(nam: Stranger) -> None:
    case = nam.ask(words="Tell me all about Nam.")
    with clock.later(29 * DAY):
        expire_unproven()
        assert by_reference(case.reference).state == "open"
    with clock.later(31 * DAY):
        expire_unproven()
    found = by_reference(case.reference)
    assert (found.state, found.contact, found.contact_hash) == ("expired", None, "")
    assert not CaseMessage.select().exists()
    assert timeline(found)[-1].name == "never proven"


def test_what_was_proven_or_needs_no_proof_or_came_by_post_stays(nam: Stranger) -> None:
    proven, complaint, by_post = nam.ask(), nam.ask("restriction"), nam.ask("deletion")
    identity.prove(proven, "code", "person")
    Case.update(kind="complaint").where(Case.id == complaint.id).execute()
    Case.update(channel="post").where(Case.id == by_post.id).execute()
    with clock.later(31 * DAY):
        expire_unproven()
    assert {by_reference(case.reference).state for case in (proven, complaint, by_post)} == {"open"}


def test_somebody_who_comes_too_late_reads_that_it_has_ended(nam: Stranger) -> None:
    nam.ask()
    link = nam.link(r"/requests/R-\S+")
    with clock.later(31 * DAY):
        expire_unproven()
        page = nam.browser.get(link)
        assert "Expired" in page.text
        assert nam.browser.get(f"{link}/prove/code").path == link


@pytest.mark.parametrize("months", [24, 3])
def test_thread_and_contact_go_after_so_many_months_and_the_row_stays(nam: Stranger, months: int) -> None:
    site = config.site()
    assert site.thread_months == 24
    object.__setattr__(site, "thread_months", months)
    try:
        case = nam.ask("restriction", words="My name is Nam.")
        row = deciding.propose(case, ANNA, deciding.REFUSE, "no_match", "Nothing is held of Nam.")
        deciding.agree(by_reference(case.reference), BINH, row.id)
        with clock.later((months * 30 - 5) * DAY):
            forget_closed()
            assert CaseMessage.select().exists()
        with clock.later((months * 31 + 1) * DAY):
            forget_closed()
        found = by_reference(case.reference)
        assert (found.state, found.contact, found.contact_hash) == ("denied", None, "")
        assert not CaseMessage.select().exists()
        kept = Decision.get()
        assert (kept.reason, kept.words) == ("no_match", None), "the basis of a denial is kept (RULES R7)"
    finally:
        object.__setattr__(site, "thread_months", 24)


def test_what_a_signed_in_person_wrote_goes_too_and_an_open_thread_never(nam: Stranger) -> None:
    done, still = (open_case("inquiry", int(Subject.create().id), approved=False) for _ in range(2))
    for case in (done, still):
        thread.say(case, "person", "How long?")
    deciding.propose(done, ANNA, deciding.FULFIL, words="Eighteen months.")
    with clock.later(900 * DAY):
        forget_closed()
        forget_closed()
    assert [row.case_id for row in CaseMessage.select()] == [still.id]


def test_codes_go_when_their_time_is_over(nam: Stranger) -> None:
    case = nam.ask()
    codes.send(by_reference(case.reference))
    forget_attempts()
    assert Attempt.select().exists()
    with clock.later(11 * timedelta(minutes=1)):
        forget_attempts()
    assert not Attempt.select().exists()


def test_many_are_erased_in_short_transactions(nam: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "ROWS", 2)
    for _ in range(3):
        nam.ask()
    with clock.later(31 * DAY):
        expire_unproven()
        assert Case.select().where(Case.state == "expired").count() == 2
        expire_unproven()
    assert Case.select().where(Case.contact_hash != "").count() == 0
    assert NAM not in str(list(Case.select().tuples()))
