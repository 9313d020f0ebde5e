"""The way off a list from a mail: no cookie, no sign-in, one list of one person, and nothing by merely looking."""

from __future__ import annotations

import pytest

from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.marketing import lists
from portal.marketing.service import one
from portal.policies import service as policies
from tests.api.calling import Caller
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member

EVENTS, NEWS = "marketing.events.email", "marketing.promotions.email"
CLICK = {"List-Unsubscribe": "One-Click"}


def path(subject: int, name: str = EVENTS) -> str:
    return "/unsubscribe/" + lists.address(subject, one(name)).rpartition("/")[2]


@pytest.fixture
def mai(portal: Portal) -> Member:
    somebody = member(portal, "everyday")
    for name in (EVENTS, NEWS):
        policies.choose(somebody.subject, name, "on", "en")
    return somebody


def on(somebody: Member) -> tuple[bool, bool]:
    return consents.may(somebody.subject, EVENTS), consents.may(somebody.subject, NEWS)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_takes_one_person_off_one_list_and_again_is_harmless(portal: Portal, mai: Member, kind: str) -> None:
    duc = member(portal, "sharer")
    policies.choose(duc.subject, EVENTS, "on", "en")
    client = portal.app.test_client()
    for _ in range(2):
        answer = client.post(path(mai.subject), data=CLICK, content_type=kind)
        assert answer.status_code == 200
        assert "Location" not in answer.headers
    assert on(mai) == (False, True)
    assert on(duc)[0]
    events = ConsentEvent.select().where(ConsentEvent.subject == mai.subject, ConsentEvent.purpose == EVENTS)
    events = events.where(ConsentEvent.origin.is_null())
    assert [(event.state, event.channel) for event in events.order_by(ConsentEvent.id)] == [
        ("on", "portal"), ("off", "mail"),
    ]  # fmt: skip


def test_looking_changes_nothing_however_often(portal: Portal, mai: Member) -> None:
    client = portal.app.test_client()
    for _ in range(20):
        assert client.get(path(mai.subject)).status_code == 200
        assert client.head(path(mai.subject)).status_code == 200
    assert on(mai) == (True, True)


def test_the_button_on_the_page_does_it_for_somebody_signed_out(portal: Portal, mai: Member) -> None:
    for language, button, title in (("en", "Unsubscribe", "You are unsubscribed"),):
        page = Browser(portal.app, language).get(path(mai.subject))
        assert "Nothing has changed so far" in page.text
        done = page.form(button).send()
        assert done.h1 == title
        assert "off since" in done.text
    assert on(mai) == (False, True)
    assert Browser(portal.app).get(path(mai.subject)).h1 == "You are unsubscribed"
    policies.choose(mai.subject, EVENTS, "on", "en")
    assert Browser(portal.app).get(path(mai.subject)).h1 == "No more of this?"


def test_only_the_path_says_who_it_is_and_another_session_does_not(portal: Portal, mai: Member) -> None:
    duc = member(portal, "sharer")
    policies.choose(duc.subject, EVENTS, "on", "en")
    other = path(duc.subject).rpartition("/")[2]
    answer = duc.browser.client.post(path(mai.subject), data={**CLICK, "token": other})
    assert answer.status_code == 200
    assert on(mai) == (False, True)
    assert on(duc)[0]


def test_every_bad_address_gets_the_same_answer(portal: Portal, mai: Member) -> None:
    client, good = portal.app.test_client(), path(mai.subject)
    changed = good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]
    bad = ("/unsubscribe/bad", "/unsubscribe/" + "x" * 96, changed, good + "AAAA", "/unsubscribe/%C3%A9")
    answers = {(answer.status_code, answer.data) for answer in (client.post(one, data=CLICK) for one in bad)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert on(mai) == (True, True)


def test_no_two_addresses_are_alike_and_none_tells_whose_it_is(mai: Member) -> None:
    addresses = {path(mai.subject) for _ in range(5)}
    assert len(addresses) == 5
    assert not any(str(mai.subject) == part or mai.email in part for one in addresses for part in one.split("/"))


def test_senders_get_the_headers_of_rfc_8058_for_each_person_that_is_known(portal: Portal, mai: Member) -> None:
    caller = Caller(portal, "mail:write")
    people = [{"email": mai.email}, {"email": "nobody@example.com"}]
    answer = caller.post("/unsubscribe-addresses", {"people": people, "purpose": "marketing.events"})
    known, unknown = answer["addresses"]
    assert known["headers"] == {
        "List-Unsubscribe": f"<{known['url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "Events by e-mail <events.email.localhost>",
    }
    assert known["url"].startswith("http://localhost:8000/unsubscribe/")
    assert (unknown["url"], unknown["headers"], unknown["reason"]) == (None, None, "unknown-person")
    assert portal.app.test_client().post(known["url"], data=CLICK).status_code == 200
    assert on(mai) == (False, True)
    caller.post("/unsubscribe-addresses", {"people": people, "purpose": "marketing.no-such"}, status=422)
