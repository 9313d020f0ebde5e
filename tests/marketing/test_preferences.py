"""The page of choices that a mail leads to: no sign-in, off in one tap and nothing on, and no address in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import config
from portal.consents.models import ConsentEvent
from portal.kernel import clock
from portal.marketing import hours, service
from portal.marketing.leaving import PER_ADDRESS
from portal.notices import preferences
from portal.policies import service as policies
from tests.api.calling import Caller
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member

EVENTS, SMS = "marketing.events.email", "marketing.events.sms"
VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 28, 12, tzinfo=VIET_NAM)


@pytest.fixture
def mai(portal: Portal) -> Member:
    somebody = member(portal, "everyday")
    for name in (EVENTS, SMS):
        policies.choose(somebody.subject, name, "on", "en")
    return somebody


def path(somebody: Member) -> str:
    return preferences.address(somebody.account).removeprefix("http://localhost:8000")


def on(somebody: Member) -> set[str]:
    return {pair.id for pair in service.pairs() if service.may_send(somebody.subject, pair.topic.id, pair.channel.id)}


def test_it_shows_every_choice_of_whose_mail_it_is_and_no_address_in_full(portal: Portal, mai: Member) -> None:
    page = Browser(portal.app).get(path(mai))
    assert page.h1 == "What may be sent to you"
    assert mai.email not in page.response.text
    assert "m…n@" in page.text
    assert [button["aria-label"] or button.text for button in page.root.one("main").all("button")] == [
        "Switch everything off", "Switch off: Events by e-mail", "Switch off: Events by SMS",
    ]  # fmt: skip
    off = {term.text: value.text for term, value in zip(page.root.all("dt"), page.root.all("dd"), strict=True)}
    assert off["Events"] == "Push message and Zalo"
    assert off["Surveys"] == "E-mail and Phone call"


def test_looking_changes_nothing_however_often(portal: Portal, mai: Member) -> None:
    client, before = portal.app.test_client(), ConsentEvent.select().count()
    for _ in range(20):
        assert client.get(path(mai)).status_code == 200
        assert client.head(path(mai)).status_code == 200
        assert client.get(path(mai) + "?off=everything").status_code == 200
    assert on(mai) == {EVENTS, SMS}
    assert ConsentEvent.select().count() == before


def test_a_button_switches_one_off_at_once_and_a_mail_confirms_it(portal: Portal, mai: Member) -> None:
    with clock.stopped(NOON):
        page = Browser(portal.app).get(path(mai)).form("Switch off: Events by e-mail").send()
        assert "Events by e-mail: off since 12:00." in page.text
        assert on(mai) == {SMS}
        portal.drain()
        (mail,) = [mail for mail in portal.mails() if "unsubscribed" in str(mail["Subject"])]
        assert mail["To"] == mai.email
        text = portal.last_mail()
        assert "You are no longer sent: Events by e-mail." in " ".join(text.split())
        assert "12:00 on 28 November 2026" in text
        assert "30 November 2026" in text, "until when something may be under way"
        assert "http://localhost:8000/preferences/" in text
        again = Browser(portal.app).post(path(mai), data={"off": EVENTS})
        assert again.status == 200
        portal.drain()
    assert len([mail for mail in portal.mails() if "unsubscribed" in str(mail["Subject"])]) == 1


def test_everything_is_off_in_one_tap_with_one_mail(portal: Portal, mai: Member) -> None:
    page = Browser(portal.app).get(path(mai)).form("Switch everything off").send()
    assert on(mai) == set()
    assert "Nothing is on" in page.text
    portal.drain()
    assert len([mail for mail in portal.mails() if "unsubscribed" in str(mail["Subject"])]) == 1
    states = {(event.state, event.channel) for event in ConsentEvent.select() if event.channel == "mail"}
    assert states == {("off", "mail")}


@pytest.mark.parametrize("data", [{}, {"off": "doom"}, {"off": "marketing.doom.email"}, {EVENTS: "on"}, {"on": EVENTS}])
def test_nothing_is_switched_on_from_a_mail(portal: Portal, mai: Member, data: dict[str, str]) -> None:
    policies.choose(mai.subject, EVENTS, "off", "en")
    Browser(portal.app).post(path(mai), data=data, status=422)
    assert on(mai) == {SMS}


def test_only_the_path_says_who_it_is(portal: Portal, mai: Member) -> None:
    duc = member(portal, "sharer")
    policies.choose(duc.subject, EVENTS, "on", "en")
    before = on(mai), on(duc)
    duc.browser.post(path(mai), data={"off": EVENTS, "token": path(duc).rpartition("/")[2]})
    assert (on(mai), on(duc)) == (before[0] - {EVENTS}, before[1])
    assert EVENTS in before[0] & before[1]


def test_another_site_cannot_post_and_every_bad_address_gets_the_same_answer(portal: Portal, mai: Member) -> None:
    client, good = portal.app.test_client(), path(mai)
    crossed = client.post(good, data={"off": EVENTS}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert on(mai) == {EVENTS, SMS}
    unsubscribe = "/preferences/" + "x" * 60
    bad = ("/preferences/bad", unsubscribe, good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:], good + "AAAA")
    answers = {(answer.status_code, answer.data) for answer in map(client.get, bad)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_one_address_is_not_called_on_and_on(portal: Portal, mai: Member) -> None:
    browser, page = Browser(portal.app), path(mai)
    for _ in range(int(PER_ADDRESS.partition("/")[0])):
        browser.post(page, data={"off": EVENTS})
    browser.post(page, data={"off": EVENTS}, status=429)


def test_senders_get_label_feet_and_the_page_of_each_person(portal: Portal, mai: Member) -> None:
    caller = Caller(portal, "mail:write")
    asked = {"people": [{"email": mai.email}, {"email": "nobody@example.com"}], "purpose": "marketing.events"}
    answer = caller.post("/unsubscribe-addresses", asked)
    assert answer["label"] == "[QC]", "as Vietnamese law wants of advertising (Decree 91/2020)"
    known, unknown = answer["addresses"]
    assert portal.app.test_client().get(known["preferences"]).status_code == 200
    for language, words in (("en", "No more of it"), ("vi", "Không nhận nữa")):
        foot = known["feet"][language]
        assert words in foot
        assert known["url"] in foot
        assert "/preferences/" in foot
    assert (unknown["preferences"], unknown["feet"]) == (None, None)
    assert caller.post("/unsubscribe-addresses", {**asked, "purpose": "marketing.surveys"})["label"] == ""


@pytest.fixture
def asking(portal: Portal, mai: Member) -> Caller:
    with clock.stopped(NOON):
        policies.choose(mai.subject, "marketing.programmes.phone", "on", "en")
    return Caller(portal, "may:read")


@pytest.mark.parametrize(
    ("purpose", "channel", "at", "until"),
    [
        ("marketing.events", "sms", NOON.replace(hour=6, minute=59), NOON.replace(hour=7)),
        ("marketing.events", "sms", NOON.replace(hour=7), None),
        ("marketing.events", "sms", NOON.replace(hour=21, minute=59), None),
        ("marketing.events", "sms", NOON.replace(hour=22), NOON.replace(hour=7) + timedelta(days=1)),
        ("marketing.events.sms", "", NOON.replace(hour=23), NOON.replace(hour=7) + timedelta(days=1)),
        ("marketing.programmes", "phone", NOON.replace(hour=17), NOON.replace(hour=8) + timedelta(days=1)),
        ("marketing.programmes", "phone", NOON, None),
        ("marketing.events", "email", NOON.replace(hour=23), None),
    ],
)
def test_no_advertising_by_text_or_call_at_forbidden_hours(
    mai: Member, asking: Caller, purpose: str, channel: str, at: datetime, until: datetime | None
) -> None:
    question = {"person": {"email": mai.email}, "purpose": purpose, **({"channel": channel} if channel else {})}
    with clock.stopped(at):
        (answer,) = asking.post("/may", {"questions": [question]})["answers"]
    assert answer["allowed"] == (until is None)
    if until:
        assert answer["reason"] == "quiet-hours"
        assert datetime.fromisoformat(answer["again_at"]) == until


def test_what_was_not_chosen_is_denied_for_that_reason_at_night_too(mai: Member, asking: Caller) -> None:
    question = {"person": {"email": mai.email}, "purpose": "marketing.promotions", "channel": "sms"}
    with clock.stopped(NOON.replace(hour=23)):
        (answer,) = asking.post("/may", {"questions": [question]})["answers"]
    assert (answer["allowed"], answer["reason"]) == (False, "not-chosen")


def test_a_channel_without_hours_is_never_closed(portal: Portal) -> None:
    plain = {name: replace(one, hours=None) for name, one in portal.config.site.channels.items()}
    config.use(replace(portal.config, site=replace(portal.config.site, channels=plain)))
    with clock.stopped(NOON.replace(hour=23)):
        assert hours.closed_until("sms") is None
