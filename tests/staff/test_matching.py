"""A match with the wrong person is taken back with all that rested on it; a copy on paper leaves after two looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Account
from portal.cases.kinds import Proof
from portal.cases.models import Case, CaseEvent, Decision
from portal.cases.service import by_reference, deciding, effects, identity, matching, open_case, open_without_account
from portal.consents import service as consents
from portal.download import service as downloads
from portal.download.models import Release
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotNow
from portal.sources.base import Identifier
from tests.conftest import Portal
from tests.people import Member, StaffMember, member, staff

ANNA, BINH = 1, 2


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


def matched(mai: Member, kind: str = "restriction") -> Case:
    """A stranger's case that staff matched with Mai."""
    case = open_without_account(kind, "somebody.else@example.com", "en")
    identity.prove(case, "code", "person")
    matching.match(case, Identifier("email", mai.email), ANNA)
    return by_reference(case.reference)


def test_the_wrong_person_is_let_go_of_with_all_that_rested_on_it(sam: StaffMember, mai: Member) -> None:
    case = matched(mai)
    identity.prove(case, "documents seen", "staff:1")
    assert effects.filed(case)
    deciding.propose(case, ANNA, deciding.FULFIL)
    assert consents.standing(mai.subject)[consents.RESTRICTION].state == consents.CHECKING
    page = sam.browser.get(f"/staff/requests/{case.reference}").form("This is the wrong person").send()
    assert "It is not known yet whose data this is about" in page.text
    found = by_reference(case.reference)
    assert found.state == "open"
    assert not found.subject_id
    assert consents.standing(mai.subject)[consents.RESTRICTION].state == consents.NONE
    assert Decision.get().state == "withdrawn"
    assert identity.proof(found) == Proof.ADDRESS, "the code proves its own address again"
    assert {row.method: row.proof for row in identity.proofs(found)}["documents seen"] == 0
    assert AuditEvent.get(AuditEvent.name == "cases.unmatched").subject == mai.subject
    matching.match(found, Identifier("email", mai.email), ANNA)
    assert by_reference(case.reference).subject_id == mai.subject, "it can be matched anew"


def test_a_copy_prepared_of_the_wrong_person_is_prepared_anew(sam: StaffMember, mai: Member) -> None:
    case = matched(mai, "download")
    prepared = downloads.prepare(case, [], ANNA)
    downloads.release(case, prepared.prepared_at.isoformat(), BINH)
    sam.browser.get(f"/staff/requests/{case.reference}").form("This is the wrong person").send()
    assert not Release.select().exists()


def test_an_account_that_was_made_for_the_match_alone_goes_again(mai: Member) -> None:
    case = open_without_account("download", "somebody.else@example.com", "en")
    known = mai.portal.systems.cast["sharer"].email or ""
    before = Account.select().count()
    matching.match(case, Identifier("email", known), ANNA)
    assert Account.select().count() == before + 1
    matching.unmatch(by_reference(case.reference), ANNA)
    assert Account.select().count() == before


def test_what_somebody_s_own_proof_has_found_is_not_taken_back(sam: StaffMember, mai: Member) -> None:
    case = open_case("inquiry", mai.subject, approved=False)
    assert "This is the wrong person" not in sam.browser.get(f"/staff/requests/{case.reference}").text
    with pytest.raises(NotNow):
        matching.unmatch(case, ANNA)
    decided = matched(mai, "complaint")
    row = deciding.propose(decided, ANNA, deciding.FULFIL, words="Yes.")
    deciding.agree(decided, BINH, row.id)
    with pytest.raises(NotNow):
        matching.unmatch(by_reference(decided.reference), ANNA)


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_copy_by_other_means_is_handed_out_after_two_have_looked(
    sam: StaffMember, mai: Member, signed_in: bool
) -> None:
    if signed_in:
        case = open_case("copy_by_other_means", mai.subject, approved=False)
    else:
        case = matched(mai, "copy_by_other_means")
        identity.prove(case, "documents seen", "staff:1")
    form = sam.browser.get(f"/staff/requests/{case.reference}/decide").form("Decide" if signed_in else "Propose")
    page = form.send(outcome="fulfil", words="It went by post.", status=422)
    assert "Nobody has looked a second time" in page.text
    assert "It went by post." in page.root.one(id="words").text
    sam.browser.get(f"/staff/requests/{case.reference}/copy").form("Prepare it like this").send()
    prepared = downloads.release_of(case)
    assert prepared
    form.send(outcome="fulfil", words="It went by post.", status=422)
    downloads.release(case, prepared.prepared_at.isoformat(), BINH + 100)
    form.send(outcome="fulfil", words="It went by post.")
    assert Decision.get().outcome == "fulfil"


def test_a_copy_that_was_prepared_anew_is_looked_at_anew(mai: Member) -> None:
    case = open_case("copy_by_other_means", mai.subject, approved=False)
    first = downloads.prepare(case, [], ANNA)
    downloads.release(case, first.prepared_at.isoformat(), BINH)
    with clock.later(timedelta(minutes=1)):
        downloads.prepare(case, ["crm.messages"], ANNA)
        with pytest.raises(deciding.NotReleased):
            deciding.propose(case, BINH, deciding.FULFIL)
        deciding.propose(case, BINH, deciding.REFUSE, "no_match", "Nothing.")
    assert CaseEvent.select().where(CaseEvent.name == "refused").exists()
