"""What was stopped on the word of somebody who was not the person is undone by whoever is on file; and what ripens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.cases import tasks
from portal.cases.models import Case, CaseEvent
from portal.cases.service import Wish, by_reference, cancel, deciding, file_signed_in, identity
from portal.consents import service as consents
from portal.kernel import clock
from portal.marketing import service as marketing
from tests.browse import Browser
from tests.cases.conftest import NAM, Stranger
from tests.cases.test_proving import facts_of
from tests.people import Member, member

EVENTS, PROMOTIONS, ON, OFF = "marketing.events.email", "marketing.promotions.email", "on", "off"


@pytest.fixture
def owner(mai: Stranger) -> Member:
    """Mai, who agreed to mail about events and never said anything of promotions."""
    signed_in = member(mai.portal, "everyday")
    marketing.save(signed_in.subject, [marketing.one(EVENTS)], ON, "en")
    mai.portal.drain()
    return signed_in


def asked_by_facts(mai: Stranger, kind: str, **said: Any) -> Case:
    """Let somebody else, who knows two facts of Mai, ask in her name."""
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask(kind, **said)
    page = somebody.browser.get(somebody.link(r"/requests/R-\S+") + "/prove/facts")
    page.form("Compare").send(address=mai.address, **facts_of(mai))
    mai.portal.drain()
    return by_reference(case.reference)


def asked_by_lost_mailbox(mai: Stranger, kind: str) -> tuple[Case, Stranger]:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask(kind)
    path = somebody.link(r"/requests/R-\S+") + "/prove/lost-mailbox"
    somebody.browser.get(path).form("Write to all addresses").send(email=mai.address)
    mai.portal.drain()
    return case, somebody


def stop(mai: Stranger) -> str:
    """Press the button of the mail that says what is asked in Mai's name."""
    link = re.findall(r"/agents/\S+", mai.mails(mai.address))[-1]
    return mai.browser.get(link).form("Stop it").send().text


def state(owner: Member, name: str) -> str:
    return consents.standing(owner.subject)[name].state


def test_a_consent_taken_back_by_somebody_else_is_given_back(mai: Stranger, owner: Member) -> None:
    case = asked_by_facts(mai, "withdrawal")
    assert not marketing.may_send(owner.subject, "events", "email")
    assert "Nothing is done on the word" in stop(mai)
    assert marketing.may_send(owner.subject, "events", "email")
    assert state(owner, PROMOTIONS) == OFF, "what she never agreed to stays off"
    assert by_reference(case.reference).state == "revoked"
    assert consents.standing(owner.subject) == consents.replay(owner.subject)


def test_it_is_given_back_also_after_every_system_had_taken_it(mai: Stranger, owner: Member) -> None:
    case = asked_by_facts(mai, "withdrawal")
    with clock.later(timedelta(minutes=1)):
        mai.portal.drain()
    assert by_reference(case.reference).state == "fulfilled"
    stop(mai)
    assert marketing.may_send(owner.subject, "events", "email")
    assert by_reference(case.reference).state == "revoked"


def test_what_the_person_chose_since_counts(mai: Stranger, owner: Member) -> None:
    asked_by_facts(mai, "withdrawal")
    marketing.save(owner.subject, [marketing.one(EVENTS)], OFF, "en")
    stop(mai)
    assert not marketing.may_send(owner.subject, "events", "email")


@pytest.mark.parametrize("kind", ["restriction", "objection"])
def test_what_somebody_else_stopped_goes_on_at_once(mai: Stranger, owner: Member, kind: str) -> None:
    case = asked_by_facts(mai, kind)
    assert not marketing.may_send(owner.subject, "events", "email")
    assert not consents.may(owner.subject, "security") or kind == "restriction"
    stop(mai)
    assert marketing.may_send(owner.subject, "events", "email")
    assert consents.may(owner.subject, "security")
    found = by_reference(case.reference)
    assert found.state == "open", "staff still see that somebody asked"
    assert not found.subject_id


def test_a_better_proof_keeps_it(mai: Stranger, owner: Member) -> None:
    case = asked_by_facts(mai, "restriction")
    identity.prove(case, "documents seen", "staff:1")
    stop(mai)
    assert state(owner, consents.RESTRICTION) == consents.CHECKING
    assert by_reference(case.reference).subject_id == owner.subject


def test_what_was_taken_back_or_refused_cannot_be_stopped_any_more(mai: Stranger, owner: Member) -> None:
    case = asked_by_facts(mai, "restriction")
    cancel(case)
    link = re.findall(r"/agents/\S+", mai.mails(mai.address))[-1]
    assert mai.browser.client.get(link).status_code == 410


def test_a_lost_mailbox_stops_the_use_after_its_week_without_anybody_of_the_staff(mai: Stranger, owner: Member) -> None:
    case, _ = asked_by_lost_mailbox(mai, "restriction")
    tasks.file_ripe()
    assert consents.RESTRICTION not in consents.standing(owner.subject)
    with clock.later(identity.COOLING + timedelta(days=1)):
        tasks.file_ripe()
        assert state(owner, consents.RESTRICTION) == consents.CHECKING
        assert by_reference(case.reference).state == "open"
        marketing.save(owner.subject, [marketing.one(EVENTS)], ON, "en")
    with clock.later(identity.COOLING + timedelta(days=2)):
        tasks.file_ripe()
    assert CaseEvent.select().where(CaseEvent.case == case.id, CaseEvent.name == "filed").count() == 1, "once"


def test_whoever_asked_sees_nothing_of_it_and_the_person_undoes_it(mai: Stranger, owner: Member) -> None:
    """RULES R3: the page is the same whether the address that was named is known."""
    case, somebody = asked_by_lost_mailbox(mai, "withdrawal")
    with clock.later(identity.COOLING + timedelta(days=1)):
        tasks.file_ripe()
        assert state(owner, EVENTS) == OFF
        text = somebody.open().text
        assert "Approved" not in text
        assert "We stopped using" not in text
        stop(mai)
    assert state(owner, EVENTS) == ON
    assert by_reference(case.reference).state == "open"


def test_what_was_seen_at_a_space_stops_the_use_when_it_counts(mai: Stranger, owner: Member) -> None:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask("restriction")
    Case.update(subject=owner.subject).where(Case.id == case.id).execute()
    identity.prove(case, identity.IN_PERSON, "staff:1")
    tasks.file_ripe()
    assert consents.RESTRICTION not in consents.standing(owner.subject)
    with clock.later(identity.COOLING + timedelta(days=1)):
        tasks.file_ripe()
    assert state(owner, consents.RESTRICTION) == consents.CHECKING


def test_an_objection_to_a_use_that_is_no_more_ends(mai: Stranger, owner: Member) -> None:
    wish = Wish("objection", words="Please.", asked={"purpose": "security"})
    case = file_signed_in(wish, owner.subject, "en", confirmed=True)
    Case.update(asked={"purpose": "gone.since"}).where(Case.id == case.id).execute()
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    for minutes in (0, 1):
        with clock.later(timedelta(minutes=minutes)):
            mai.portal.drain()
    found = by_reference(case.reference)
    assert (found.state, found.due_at) == ("fulfilled", None)
    assert "does not exist here any more" in owner.browser.get(f"/requests/{case.reference}").text
    assert not consents.may(owner.subject, "security"), "what was stopped stays stopped"


def test_a_proof_counts_although_the_use_is_no_more(mai: Stranger) -> None:
    case = mai.ask("objection")
    Case.update(asked={"purpose": "gone.since"}).where(Case.id == case.id).execute()
    code = mai.code()
    page = mai.browser.get(mai.link(r"/requests/R-\S+") + "/prove/code").form("Continue").send(code=code)
    assert "Our staff look at it" in page.text
    assert "does not exist here any more" in page.text
