"""Cancelling, reopening and reviewing, and the address at which somebody without an account follows a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases import deadlines
from portal.cases.models import Case
from portal.cases.service import (
    ask_review,
    by_reference,
    by_secret,
    cancel,
    deciding,
    may_reopen,
    open_case,
    open_without_account,
    reopen,
    secret_url,
    timeline,
)
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow
from portal.notices.models import Message
from portal.subjects.models import Subject
from tests.conftest import Portal

ANNA = 1


def answered(outcome: str = deciding.FULFIL) -> Case:
    case = open_case("inquiry", int(Subject.create().id), approved=False)
    deciding.propose(case, ANNA, outcome, *(("no_match", "Nothing.") if outcome == deciding.REFUSE else ("", "Yes.")))
    return by_reference(case.reference)


def test_an_open_request_is_cancelled_and_a_decided_one_is_not(portal: Portal) -> None:
    case = open_case("complaint", int(Subject.create().id), approved=False)
    cancel(case)
    assert by_reference(case.reference).state == "revoked"
    with pytest.raises(NotNow):
        cancel(answered())


def test_an_answer_is_reopened_within_thirty_days_with_a_clock_that_begins_then(portal: Portal) -> None:
    case = answered()
    with clock.later(timedelta(days=29)):
        assert may_reopen(case)
        reopen(case)
        found = by_reference(case.reference)
        assert (found.state, found.closed_at) == ("open", None)
        assert found.complete_by > clock.now().date() + timedelta(days=10)
    other = answered()
    with clock.later(timedelta(days=31)), pytest.raises(NotNow):
        reopen(other)


def test_only_a_refusal_is_reviewed(portal: Portal) -> None:
    with pytest.raises(NotNow):
        ask_review(answered())
    case = answered(deciding.REFUSE)
    ask_review(case)
    assert "review asked" in [line.name for line in timeline(case)]


def test_a_download_that_was_made_is_made_again_and_not_reopened(portal: Portal) -> None:
    case = open_case("download", int(Subject.create().id))
    Case.update(state="fulfilled", closed_at=clock.now()).where(Case.id == case.id).execute()
    assert not may_reopen(by_reference(case.reference))


def test_a_case_without_an_account_opens_with_its_secret_alone(portal: Portal) -> None:
    case = open_without_account("complaint", "linh@example.com", "vi")
    secret = secret_url(case).rsplit("/", 1)[1]
    assert by_secret(case.reference.lower(), secret.upper()).id == case.id
    other = open_without_account("complaint", "linh@example.com", "vi")
    for reference, wrong in ((other.reference, secret), (case.reference, "0" * 32), ("R-2222-22", secret)):
        with pytest.raises(NotFound):
            by_secret(reference, wrong)


def test_whoever_asks_is_told_at_once_with_reference_dates_and_proof(portal: Portal) -> None:
    case = open_without_account("download", "linh@example.com", "en")
    portal.drain()
    assert case.reference in portal.last_mail()
    assert secret_url(case) in " ".join(portal.last_mail().split())
    assert "make sure that it is you" in portal.last_mail()
    assert by_reference(case.reference).acknowledged_at is not None


def test_what_is_opened_again_is_acknowledged_again_by_a_day_of_its_own(portal: Portal) -> None:
    case = answered(deciding.REFUSE)
    with clock.later(timedelta(days=20)):
        ask_review(case)
        found = by_reference(case.reference)
        assert found.acknowledge_by == deadlines.terms(case.kind, clock.now(), case.country).acknowledge_by
        assert clock.now() - found.acknowledged_at < timedelta(minutes=1)
        assert [line.name for line in timeline(found)][-2:] == ["review asked", "acknowledged"]


def test_each_opening_is_told_once(portal: Portal) -> None:
    case = open_without_account("complaint", "linh@example.com", "en")
    for number in range(2):
        row = deciding.propose(by_reference(case.reference), 1 + 2 * number, deciding.REFUSE, "no_match", "Nothing.")
        deciding.agree(by_reference(case.reference), 2 + 2 * number, row.id)
        ask_review(by_reference(case.reference))
    causes = [row.cause for row in Message.select() if ":received" in row.cause]
    assert sorted(causes) == [f"request:{case.reference}:received{times}" for times in ("", ":1", ":2")]
