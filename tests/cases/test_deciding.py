"""What staff decide: who may, with what reason, and what becomes of the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.cases.models import Case, CaseEvent, Decision
from portal.cases.service import by_reference, deciding, identity, open_case, open_without_account, reopening
from portal.kernel import clock
from portal.kernel.problems import NotNow, Problem
from portal.subjects.models import Subject
from tests.conftest import Portal

ANNA, BINH, CHI = 1, 2, 3  # of the staff
Ask = Callable[..., Case]


@pytest.fixture
def ask(portal: Portal) -> Ask:
    """Open a request of a stranger, as well proven as it says."""

    def opened(kind: str = "complaint", method: str = "", matched: bool = False) -> Case:
        case = open_without_account(kind, "linh@example.com", "en")
        if method:
            identity.prove(case, method, "person")
        if matched:
            Case.update(subject=Subject.create()).where(Case.id == case.id).execute()
        return by_reference(case.reference)

    return opened


def test_a_question_of_somebody_signed_in_is_answered_by_one(portal: Portal) -> None:
    case = open_case("inquiry", int(Subject.create().id), approved=False)
    deciding.propose(case, ANNA, deciding.FULFIL, words="Eighteen months.")
    assert by_reference(case.reference).state == "fulfilled"
    assert deciding.last(case) is not None


def test_what_a_stranger_asked_needs_a_second_person(ask: Ask) -> None:
    case = ask()
    row = deciding.propose(case, ANNA, deciding.FULFIL, words="We are sorry.")
    assert by_reference(case.reference).state == "open"
    with pytest.raises(deciding.SecondPerson):
        deciding.agree(case, ANNA, row.id)
    deciding.agree(case, BINH, row.id)
    assert by_reference(case.reference).state == "fulfilled"
    with pytest.raises(NotNow):
        deciding.agree(by_reference(case.reference), CHI, row.id)


@pytest.mark.parametrize(("reason", "words"), [("", "Because."), ("made up", "Because."), ("no_match", " ")])
@pytest.mark.parametrize("outcome", [deciding.REFUSE, deciding.PART])
def test_nothing_is_refused_without_a_reason(ask: Ask, outcome: str, reason: str, words: str) -> None:
    case = ask()
    with pytest.raises(deciding.ReasonMissing):
        deciding.propose(case, ANNA, outcome, reason, words)
    assert not Decision.select().exists()


def test_a_refusal_names_the_authority_in_the_mail_and_its_reason_in_the_case(ask: Ask, portal: Portal) -> None:
    case = ask()
    row = deciding.propose(case, ANNA, deciding.REFUSE, "others_rights", "The letter was written by somebody else.")
    deciding.agree(case, BINH, row.id)
    portal.drain()
    assert by_reference(case.reference).state == "denied"
    assert "Ministry of Public Security" in " ".join(portal.last_mail().split())
    assert "The letter" not in portal.last_mail()
    assert CaseEvent.get(CaseEvent.name == "refused").facts == {"reason": "others_rights"}


@pytest.mark.parametrize(
    ("kind", "method", "enough"),
    [
        ("download", "facts", False),
        ("deletion", "facts", False),
        ("download", "", False),
        ("download", "code", True),
        ("restriction", "facts", True),
        ("restriction", "", False),
        ("correction", "facts", True),
    ],
)
def test_nothing_is_carried_out_without_the_proof_that_its_kind_needs(
    ask: Ask, kind: str, method: str, enough: bool
) -> None:
    case = ask(kind, method, matched=True)
    if not enough:
        with pytest.raises(identity.NotProven):
            deciding.propose(case, ANNA, deciding.FULFIL)
        return
    row = deciding.propose(case, ANNA, deciding.FULFIL)
    deciding.agree(case, BINH, row.id)
    assert by_reference(case.reference).state == "approved"


def test_a_proof_in_one_case_opens_no_other(ask: Ask) -> None:
    proven, other = ask("download", "code", matched=True), ask("download", matched=True)
    Case.update(duplicate_of=proven.id).where(Case.id == other.id).execute()
    with pytest.raises(identity.NotProven):
        deciding.propose(other, ANNA, deciding.FULFIL)


def test_what_rests_on_no_address_cools_off_before_it_counts(ask: Ask) -> None:
    case = ask("deletion", "lost mailbox", matched=True)
    with pytest.raises(identity.NotProven):
        deciding.propose(case, ANNA, deciding.FULFIL)
    with clock.later(identity.COOLING + timedelta(minutes=1)):
        assert deciding.propose(case, ANNA, deciding.FULFIL).state == deciding.PROPOSED


def test_nothing_is_carried_out_for_nobody(ask: Ask) -> None:
    case = ask("restriction", "facts")
    with pytest.raises(deciding.NoPerson):
        deciding.propose(case, ANNA, deciding.FULFIL)


def test_a_new_proposal_takes_the_old_one_off_the_table(ask: Ask) -> None:
    case = ask()
    first = deciding.propose(case, ANNA, deciding.FULFIL, words="Yes.")
    second = deciding.propose(case, BINH, deciding.REFUSE, "no_match", "Nothing is held.")
    with pytest.raises(NotNow):
        deciding.agree(case, CHI, first.id)
    deciding.disagree(case, ANNA, second.id)
    assert deciding.proposal(case) is None
    assert by_reference(case.reference).state == "open"


def test_who_decided_may_not_review_it(ask: Ask) -> None:
    case = ask()
    row = deciding.propose(case, ANNA, deciding.REFUSE, "no_match", "Nothing is held.")
    deciding.agree(case, BINH, row.id)
    case = by_reference(case.reference)
    reopening.ask_review(case)
    for again in (ANNA, BINH):
        with pytest.raises(deciding.SecondPerson):
            deciding.propose(by_reference(case.reference), again, deciding.FULFIL, words="Now yes.")
    row = deciding.propose(by_reference(case.reference), CHI, deciding.FULFIL, words="Here it is.")
    with pytest.raises(deciding.SecondPerson):
        deciding.agree(by_reference(case.reference), ANNA, row.id)


def test_every_refusal_here_is_a_named_problem(ask: Ask) -> None:
    for problem in (deciding.ReasonMissing, deciding.SecondPerson, deciding.NoPerson, identity.NotProven):
        assert issubclass(problem, Problem)
        assert problem.say != Problem.say
