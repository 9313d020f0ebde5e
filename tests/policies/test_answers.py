"""Acceptance is an act: it is recorded, a refusal stops what is new, and the rights stay with whoever refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Session
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.kernel import clock
from portal.kernel.problems import NotNow
from portal.policies import service
from tests.browse import Page
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member
from tests.policies.conftest import BY, scheduled

LEVEL = "location.level"
ANSWER = "/privacy-policy/answer"
BEGUN = timedelta(days=31)


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, signed in."""
    return member(portal, "everyday")


@pytest.fixture
def agreed(mai: Member) -> Member:
    """Mai, who let her location be used under the version in force."""
    service.choose(mai.subject, LEVEL, "precise", "en")
    return mai


def say(who: Member, answer: str) -> Page:
    """Send an answer as the page does, and return the page that comes of it."""
    return who.browser.post(ANSWER, data={"version": "3", "answer": answer})


def begin(portal: Portal) -> None:
    portal.drain()
    portal.drain()


def test_reading_and_going_on_record_nothing_and_the_banner_stays(portal: Portal, mai: Member) -> None:
    scheduled("location")
    before = ConsentEvent.select().count()
    portal.drain()
    for address in ("/privacy-policy/versions/3", "/privacy-policy/compare?to=3", ANSWER):
        mai.browser.get(address)
        page = mai.browser.get("/overview").text
        assert "Not answered yet: Privacy policy, version 3" in page, "read, so in a line; not answered, so still there"
    assert ConsentEvent.select().count() == before


def test_an_acceptance_keeps_version_language_words_time_and_actor(portal: Portal, mai: Member) -> None:
    scheduled()
    page = say(mai, "accepted")
    event = ConsentEvent.select().order_by(ConsentEvent.id.desc()).get()
    assert (event.purpose, event.state, event.actor) == ("policy.privacy.3", "accepted", "person")
    assert (event.notice, event.notice_version, event.language) == ("privacy", "3", "en")
    assert event.wording == "I accept version 3: Privacy policy."
    assert "You accepted it" in page.text
    assert "A new version" not in mai.browser.get("/overview").text
    assert consents.replay(mai.subject) == consents.standing(mai.subject)


def test_no_answer_is_set_before_and_none_is_taken_for_one(portal: Portal, mai: Member) -> None:
    scheduled()
    page = mai.browser.get(ANSWER)
    answers = page.root.all("input", type="radio")
    assert [("checked" in answer.attributes) for answer in answers] == [False, False]
    page = mai.browser.post(ANSWER, status=422, data={"version": "3"})
    assert "Choose one of the two answers, or leave it for later." in page.text


def test_who_declines_keeps_what_the_old_version_allows_until_its_date(portal: Portal, agreed: Member) -> None:
    scheduled("location")
    say(agreed, "declined")
    begin(portal)
    assert consents.may(agreed.subject, LEVEL)
    assert "A new version" not in agreed.browser.get("/overview").text
    with clock.later(BEGUN):
        begin(portal)
        answer = consents.why(agreed.subject, LEVEL)
        assert (answer.allowed, answer.reason) == (False, "refused")


def test_silence_is_no_consent_to_what_is_new(portal: Portal, agreed: Member) -> None:
    service.choose(agreed.subject, "marketing.events.email", "on", "en")
    scheduled("location")
    with clock.later(BEGUN):
        begin(portal)
        assert not consents.may(agreed.subject, LEVEL)
        assert consents.may(agreed.subject, "marketing.events.email")  # this version does not change it


def test_who_accepted_goes_on(portal: Portal, agreed: Member) -> None:
    scheduled("location")
    service.accept(agreed.subject, "privacy", "3", "I accept.", "en")
    with clock.later(BEGUN):
        begin(portal)
        assert consents.may(agreed.subject, LEVEL)


def test_who_accepts_a_later_version_accepts_the_earlier_ones_with_it(portal: Portal, agreed: Member) -> None:
    scheduled("location")
    scheduled(days=35)
    service.accept(agreed.subject, "privacy", "4", "I accept.", "en")
    with clock.later(BEGUN):
        begin(portal)
        assert service.in_force("privacy", "en").version == "3"
        assert consents.may(agreed.subject, LEVEL)


def test_accepting_later_lets_it_go_on_and_choosing_anew_does_too(portal: Portal, agreed: Member) -> None:
    scheduled("location")
    with clock.later(BEGUN):
        begin(portal)
        service.accept(agreed.subject, "privacy", "3", "I accept.", "en")
        assert consents.may(agreed.subject, LEVEL)
        service.decline(agreed.subject, "privacy", "3", "I decline.", "en")
        assert not consents.may(agreed.subject, LEVEL)
        service.choose(agreed.subject, LEVEL, "approximate", "en")  # under version 3, with its words in sight
        assert consents.may(agreed.subject, LEVEL)


def test_the_systems_are_told_of_the_stop_and_of_its_end(portal: Portal, agreed: Member) -> None:
    scheduled("location")
    portal.drain()
    with clock.later(BEGUN):
        begin(portal)
        stopped = consents.standing(agreed.subject)["refusal." + LEVEL]
        assert not consents.unconfirmed(agreed.subject, {"refusal." + LEVEL: stopped})


@pytest.mark.parametrize("address", ["/download", "/deletion", "/details", "/data", "/requests", "/security"])
def test_rights_pages_work_while_a_version_is_refused(portal: Portal, agreed: Member, address: str) -> None:
    scheduled("location")
    service.decline(agreed.subject, "privacy", "3", "I decline.", "en")
    with clock.later(BEGUN):
        begin(portal)
        Session.update(seen_at=clock.now()).execute()
        page = agreed.browser.get(address)
        assert "You declined version 3" in page.text
        assert page.path.startswith(address)


def test_a_version_that_is_not_asked_about_takes_no_answer(portal: Portal, mai: Member) -> None:
    scheduled()
    with pytest.raises(NotNow):
        service.accept(mai.subject, "privacy", "2", "I accept.", "en")
    mai.browser.get("/terms/answer", status=404)


def test_staff_see_how_many_accepted_and_declined(portal: Portal, mai: Member) -> None:
    version = scheduled()
    assert service.counts([version]) == {version.id: {}}
    service.accept(mai.subject, "privacy", "3", "I accept.", "en")
    service.decline(mai.subject, "privacy", "3", "I decline.", "en")
    assert service.counts([version]) == {version.id: {"declined": 1}}


def test_the_banner_costs_a_page_no_statement(portal: Portal, mai: Member) -> None:
    mai.browser.get("/location")
    with queries() as without:
        mai.browser.client.get("/location")
    scheduled()
    mai.browser.get("/location")
    with queries() as with_it:
        mai.browser.client.get("/location")
    assert len(with_it) == len(without)


def test_what_a_mail_led_to_says_that_the_version_was_withdrawn(mai: Member) -> None:
    version = scheduled(document="terms")
    assert "Do you accept it?" in mai.browser.get("/terms/answer").text
    service.withdraw(version.id, BY)
    page = mai.browser.get("/terms/answer")
    assert page.path == "/terms/versions/2"
    assert "It was withdrawn before it began, so there is nothing to answer." in page.text
    mai.browser.get("/cookies/answer", status=404)


def test_a_version_that_changes_no_choice_says_that_nothing_stops(mai: Member) -> None:
    scheduled(document="terms")
    scheduled("location")
    assert "nothing stops" in mai.browser.get("/terms/answer").text
    assert "nothing stops" not in mai.browser.get(ANSWER).text
