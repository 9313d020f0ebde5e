"""Somebody asks for somebody else: the person confirms it by a link, and until then nothing goes to the agent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases.kinds import Proof
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, identity, thread
from portal.download import service as downloads
from portal.kernel import clock
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.cases.conftest import NAM, Stranger

ANNA = 1


@pytest.fixture
def asked(nam: Stranger, mai: Stranger) -> Case:
    """Nam asks for a copy of Mai's data."""
    return nam.ask("download", acting="agent", other=mai.address, words="She asked me to.")


def test_the_person_is_asked_and_the_agent_learns_nothing_before(nam: Stranger, mai: Stranger, asked: Case) -> None:
    assert (asked.acting, asked.contact) == ("agent", NAM)
    assert not asked.subject_id
    assert NAM in mai.mails(mai.address)
    page = nam.open()
    assert "The person has to confirm it" in page.text
    assert not any("By a code" in words for words in page.links), "the agent's own mailbox proves nothing"
    nam.browser.get(nam.link(r"/requests/R-\S+") + "/prove/code", status=404)
    with pytest.raises(identity.NotProven):
        deciding.propose(by_reference(asked.reference), ANNA, deciding.FULFIL)
    assert [row.author for row in thread.said(asked)] == ["agent"]


def test_opening_the_link_changes_nothing_and_the_button_confirms_once(mai: Stranger, asked: Case) -> None:
    link = mai.link(r"/agents/\S+")
    for method in ("GET", "HEAD", "GET"):
        assert mai.browser.client.open(link, method=method).status_code == 200
    assert identity.proof(asked) == Proof.NONE
    page = mai.browser.get(link)
    assert NAM in page.text
    assert "You confirmed it" == page.form("Yes, they may ask for me").send().h1
    found = by_reference(asked.reference)
    assert (found.state, identity.proof(found)) == ("open", Proof.ADDRESS)
    assert found.subject_id is not None
    mai.portal.drain()
    assert "crm" in subjects.links(found.subject_id)
    page.form("No, refuse it").send()
    assert by_reference(asked.reference).state == "open", "it was answered"
    assert len(identity.proofs(found)) == 1


def test_what_is_made_goes_to_the_person_and_not_to_the_agent(nam: Stranger, mai: Stranger, asked: Case) -> None:
    mai.browser.get(mai.link(r"/agents/\S+")).form("Yes, they may ask for me").send()
    row = deciding.propose(by_reference(asked.reference), ANNA, deciding.FULFIL)
    deciding.agree(by_reference(asked.reference), 2, row.id)
    prepared = downloads.prepare(by_reference(asked.reference), [], ANNA)
    downloads.release(by_reference(asked.reference), prepared.prepared_at.isoformat(), 2)
    mai.portal.drain()
    assert "/download/" in mai.mails(mai.address)
    assert "/download/" not in nam.mails(NAM)


def test_a_refusal_ends_the_request(nam: Stranger, mai: Stranger, asked: Case) -> None:
    page = mai.browser.get(mai.link(r"/agents/\S+")).form("No, refuse it").send()
    assert page.h1 == "You refused it"
    assert by_reference(asked.reference).state == "revoked"
    assert "does not want it" in nam.open().text


def test_a_link_is_over_after_thirty_days_or_with_its_request(nam: Stranger, mai: Stranger, asked: Case) -> None:
    link = mai.link(r"/agents/\S+")
    with clock.later(timedelta(days=31)):
        assert "This link is no longer valid" in mai.browser.get(link, status=410).text
        mai.browser.post(link, data={"do": "confirm"}, status=410)
    nam.open().form("Take this request back").send()
    mai.browser.get(link, status=410)
    mai.browser.post(link, data={"do": "confirm"}, status=410)
    assert identity.proof(asked) == Proof.NONE
    assert Browser(mai.portal.app).get("/agents/made-up", status=404).status == 404


def test_a_person_is_written_to_three_times_a_day_at_most(nam: Stranger, mai: Stranger, asked: Case) -> None:
    page = nam.open()
    for _ in range(2):
        page.form("Write to them again").send()
    page.form("Write to them again").send(status=429)
    nam.portal.drain()
    assert mai.mails(mai.address).count("/agents/") == 3


def test_the_newest_link_and_the_first_both_answer_for_the_same_request(
    mai: Stranger, nam: Stranger, asked: Case
) -> None:
    first = mai.link(r"/agents/\S+")
    nam.open().form("Write to them again").send()
    nam.portal.drain()
    second = mai.link(r"/agents/\S+")
    mai.browser.get(first).form("Yes, they may ask for me").send()
    assert mai.browser.get(second).h1 == "You confirmed it"
    mai.browser.post(second, data={"do": "confirm"})
    assert len(identity.proofs(asked)) == 1, "no proof is there twice"


def test_whoever_is_said_to_have_died_can_say_that_they_live(nam: Stranger, mai: Stranger) -> None:
    case = nam.ask("deceased", other=mai.address, words="My brother.")
    assert case.acting == "relative"
    assert not case.subject_id
    link = mai.link(r"/agents/\S+")
    assert "certificate of death" in nam.open().text
    assert "Show that you may ask" in nam.open().text
    mai.browser.get(link).form("Stop it").send()
    from portal.cases.models import CaseEvent

    assert CaseEvent.get(CaseEvent.name == "proof stopped").internal
