"""What a request stops: at once, in every system, reversibly; and never lifted without notice (RULES X7, L3, M1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from portal.cases.models import Case, Lifting
from portal.cases.service import (
    Wish,
    ask_review,
    by_reference,
    cancel,
    deciding,
    effects,
    file_publicly,
    file_signed_in,
)
from portal.consents import service as consents
from portal.kernel import clock
from portal.kernel.problems import NotNow
from portal.marketing import service as marketing
from portal.notices.models import Message
from tests.conftest import Portal
from tests.people import Member, member

EVENTS, ON, OFF = "marketing.events.email", "on", "off"
Switches = Callable[[], dict[str, Any]]


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def switches(mai: Member) -> Switches:
    """What Mai's row in the Booking App has: mail about events and promotions, and whether she is restricted."""

    def look() -> dict[str, Any]:
        asked = "SELECT mail_events, mail_promotions, restricted FROM users WHERE lower(email) = ?"
        with closing(sqlite3.connect(mai.portal.systems.database("booking"))) as connection, connection:
            row = connection.execute(asked, (mai.email,)).fetchone()
            return dict(zip(("events", "promotions", "restricted"), row, strict=True))

    return look


def set_promotions(mai: Member, value: int) -> None:
    with closing(sqlite3.connect(mai.portal.systems.database("booking"))) as connection, connection:
        connection.execute("UPDATE users SET mail_promotions = ? WHERE lower(email) = ?", (value, mai.email))


def ask(mai: Member, kind: str, purpose: str = "", *, confirmed: bool = True) -> Case:
    asked = {"purpose": purpose} if purpose else {}
    case = file_signed_in(Wish(kind, words="Please.", asked=asked), mai.subject, "en", confirmed=confirmed)
    return by_reference(case.reference)


def settle(mai: Member) -> None:
    """Let every system take it, and the worker look whether they have."""
    mai.portal.drain()
    with clock.later(timedelta(minutes=1)):
        mai.portal.drain()


def decide(case: Case, outcome: str) -> Case:
    refused = outcome == deciding.REFUSE
    words = ("claim_not_covered", "There are grounds.") if refused else ("", "")
    deciding.propose(by_reference(case.reference), 1, outcome, *words)
    return by_reference(case.reference)


def state(mai: Member, name: str) -> str:
    return consents.standing(mai.subject)[name].state


def test_a_restriction_holds_from_the_moment_it_is_asked_for_and_gives_everything_back(
    mai: Member, switches: Switches
) -> None:
    set_promotions(mai, 1)  # what the system has of itself and nobody ever chose here
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")
    mai.portal.drain()
    assert switches() == {"events": 1, "promotions": 1, "restricted": 0}
    case = ask(mai, "restriction")
    assert not marketing.may_send(mai.subject, "events", "email")
    assert not consents.may(mai.subject, "support")
    assert consents.may(mai.subject, "accounting")
    assert consents.may(mai.subject, "security")
    answer = consents.why(mai.subject, EVENTS)
    assert (answer.reason, answer.case) == ("restricted", case.reference)
    mai.portal.drain()
    assert switches() == {"events": 0, "promotions": 0, "restricted": 1}
    assert decide(case, deciding.FULFIL).state == "approved"
    settle(mai)
    assert by_reference(case.reference).state == "fulfilled"
    assert state(mai, consents.RESTRICTION) == consents.RESTRICTED
    effects.end(by_reference(case.reference))
    mai.portal.drain()
    assert switches() == {"events": 1, "promotions": 1, "restricted": 0}
    assert marketing.may_send(mai.subject, "events", "email")
    assert consents.standing(mai.subject) == consents.replay(mai.subject)


def test_a_choice_made_meanwhile_counts_when_it_is_over(mai: Member, switches: Switches) -> None:
    set_promotions(mai, 1)
    case = ask(mai, "restriction")
    mai.portal.drain()
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")
    marketing.save(mai.subject, [marketing.one("marketing.promotions.email")], OFF, "en")
    mai.portal.drain()
    assert switches()["events"] == 0
    cancel(case)
    mai.portal.drain()
    assert switches() == {"events": 1, "promotions": 0, "restricted": 0}


def test_refusing_lifts_only_after_notice_and_its_days(mai: Member, switches: Switches) -> None:
    """RULES §18 line 36, X7."""
    case = decide(ask(mai, "restriction"), deciding.REFUSE)
    mai.portal.drain()
    assert (switches()["restricted"], state(mai, consents.RESTRICTION)) == (1, consents.LIFTING)
    assert not marketing.may_send(mai.subject, "events", "email")
    row = Lifting.get(Lifting.case == case.id)
    assert len([mail for mail in mai.portal.mails() if "use your data again" in mail["Subject"]]) == 1
    with pytest.raises(effects.NoticeFirst):
        effects.lift(row)
    with clock.later(timedelta(days=3, minutes=1)):
        Message.delete().where(Message.cause == row.notice).execute()
        with pytest.raises(effects.NoticeFirst):
            effects.lift(row)
    assert state(mai, consents.RESTRICTION) == consents.LIFTING


def test_it_ends_by_itself_on_the_day_that_was_announced(mai: Member, switches: Switches) -> None:
    case = decide(ask(mai, "restriction"), deciding.REFUSE)
    mai.portal.drain()
    with clock.later(timedelta(days=3, minutes=1)):
        mai.portal.drain()
        mai.portal.drain()
        assert state(mai, consents.RESTRICTION) == consents.LIFTED
        assert switches()["restricted"] == 0
    assert Lifting.get(Lifting.case == case.id).state == "lifted"


def test_a_review_stops_it_again(mai: Member) -> None:
    case = decide(ask(mai, "restriction"), deciding.REFUSE)
    ask_review(case)
    assert state(mai, consents.RESTRICTION) == consents.CHECKING
    with clock.later(timedelta(days=4)):
        mai.portal.drain()
        assert state(mai, consents.RESTRICTION) == consents.CHECKING


def test_marketing_is_objected_to_for_good_and_nobody_decides(mai: Member, switches: Switches) -> None:
    """RULES M1."""
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")
    case = ask(mai, "objection", EVENTS)
    assert not marketing.may_send(mai.subject, "events", "email")
    assert case.state == "approved"
    settle(mai)
    assert by_reference(case.reference).state == "fulfilled"
    assert switches()["events"] == 0
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")  # the newest counts
    assert marketing.may_send(mai.subject, "events", "email")


def test_another_use_stops_while_the_objection_is_checked(mai: Member) -> None:
    """RULES L3."""
    case = ask(mai, "objection", "security")
    answer = consents.why(mai.subject, "security")
    assert (answer.allowed, answer.reason, answer.case) == (False, "objected", case.reference)
    assert consents.may(mai.subject, "support")
    assert case.state == "open"
    assert "A use of your data is stopped" in mai.browser.get("/overview").text
    decide(case, deciding.REFUSE)
    assert not consents.may(mai.subject, "security")
    with clock.later(timedelta(days=3, minutes=1)):
        mai.portal.drain()
        assert consents.may(mai.subject, "security")
    assert state(mai, "objection.security") == consents.REJECTED


def test_what_a_contract_needs_goes_on_until_staff_uphold_the_objection(mai: Member) -> None:
    case = ask(mai, "objection", "support")
    assert consents.may(mai.subject, "support")
    decide(case, deciding.FULFIL)
    mai.portal.drain()
    assert not consents.may(mai.subject, "support")


def test_an_objection_to_everything_leaves_what_has_to_be_checked_open(mai: Member) -> None:
    case = ask(mai, "objection")
    assert case.state == "open"
    assert state(mai, "objection.marketing") == consents.UPHELD
    assert state(mai, "objection.security") == consents.CHECKING
    decide(case, deciding.REFUSE)
    assert state(mai, "objection.marketing") == consents.UPHELD
    assert state(mai, "objection.security") == consents.LIFTING


def test_a_consent_is_taken_back_at_once(mai: Member) -> None:
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")
    case = ask(mai, "withdrawal", EVENTS)
    assert (state(mai, EVENTS), case.state) == (OFF, "approved")
    settle(mai)
    assert by_reference(case.reference).state == "fulfilled"
    assert consents.standing(mai.subject) == consents.replay(mai.subject)


def test_a_request_that_every_system_has_not_taken_is_not_done(mai: Member) -> None:
    file = mai.portal.systems.database("crm")
    away = file.with_suffix(".away")
    file.rename(away)
    case = ask(mai, "withdrawal", EVENTS)
    mai.portal.drain()
    assert by_reference(case.reference).state == "in_progress"
    away.rename(file)
    for minutes in (2, 70):
        with clock.later(timedelta(minutes=minutes)):
            settle(mai)
    assert by_reference(case.reference).state == "fulfilled"


def test_a_stranger_stops_nobody(portal: Portal, mai: Member) -> None:
    file_publicly(Wish("restriction", words="Stop Mai."), mai.email, "127.0.0.1", "en")
    portal.drain()
    assert consents.RESTRICTION not in consents.standing(mai.subject)


def test_a_second_request_does_not_take_the_first_ones_place(mai: Member) -> None:
    first = decide(ask(mai, "restriction"), deciding.FULFIL)
    mai.portal.drain()
    decide(ask(mai, "restriction"), deciding.REFUSE)
    choice = consents.standing(mai.subject)[consents.RESTRICTION]
    assert (choice.state, choice.case) == (consents.RESTRICTED, first.reference)


def test_the_banner_says_since_when_and_why_and_the_person_ends_it(mai: Member) -> None:
    case = ask(mai, "restriction")
    for path in ("/overview", "/location", "/marketing", "/data"):
        text = mai.browser.get(path).text
        assert "Your account is restricted" in text, path
        assert case.reference in text, path
    page = mai.browser.get("/details/restriction").form("End the restriction").send()
    assert "not restricted" in page.text
    assert by_reference(case.reference).state == "revoked"
    assert "Your account is restricted" not in mai.browser.get("/location").text


def test_nobody_elses_page_has_the_banner(mai: Member, portal: Portal) -> None:
    ask(mai, "restriction")
    other = member(portal, "sharer")
    mai.browser.get("/location")
    assert "restricted" not in other.browser.get("/location").text


def test_what_is_being_carried_out_is_not_ended_midway(mai: Member) -> None:
    case = decide(ask(mai, "restriction"), deciding.FULFIL)
    with pytest.raises(NotNow):
        effects.end(case)


def test_a_link_chooses_the_use_that_is_objected_to(mai: Member) -> None:
    page = mai.browser.get("/requests/new/objection?purpose=security")
    [chosen] = [node["value"] for node in page.root.all("option") if "selected" in node.attributes and node["value"]]
    assert chosen == "security"
    mai.browser.get("/requests/new/objection?purpose=%3Cscript%3E")


def test_what_is_stopped_says_so_beside_its_control(mai: Member) -> None:
    marketing.save(mai.subject, [marketing.one(EVENTS)], ON, "en")
    mai.browser.get("/location").form("Save location level").send(level="approximate")
    assert "Stopped for now" not in mai.browser.get("/location").text
    case = ask(mai, "restriction")
    why = "because your account is restricted"
    location, news = mai.browser.get("/location"), mai.browser.get("/marketing")
    assert why in location.root.one(id="stopped").text
    assert case.reference in location.root.one(id="stopped").text
    assert why in news.root.one(id="marketing-events-email-hint").text
    cancel(case)
    assert "Stopped for now" not in mai.browser.get("/location").text
    ask(mai, "objection", "marketing")
    assert why not in mai.browser.get("/marketing").text
