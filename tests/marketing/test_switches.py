"""Each topic by each channel is switched at once, is off by default, and says how far it has come."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from portal import config
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.consents.service import UnknownChoice
from portal.kernel import clock
from portal.marketing import service
from portal.sources import registry
from tests.browse import Page
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

EVENTS = "marketing.events.email"
MAI = "mai.nguyen@example.com"
TABLES = {"booking": "users", "crm": "contacts", "whitelabel": "members"}
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # in Viet Nam
# Where the systems keep every pair, and what stands there for "off", written down a second time and by hand.
COLUMNS = {
    ("booking", "mail_events"): 0,
    ("booking", "sms_events"): 0,
    ("booking", "push_events"): 0,
    ("booking", "no_surveys"): 1,
    ("booking", "mail_promotions"): 0,
    ("booking", "sms_promotions"): 0,
    ("booking", "push_promotions"): 0,
    ("crm", "marketing_events"): "no",
    ("crm", "marketing_programmes"): "no",
    ("crm", "calls_programmes"): "no",
    ("crm", "marketing_campaigns"): "no",
    ("crm", "zalo_campaigns"): "no",
    ("crm", "marketing_surveys"): "no",
    ("crm", "calls_surveys"): "no",
    ("crm", "zalo_promotions"): "no",
    ("crm", "marketing_advertising"): "no",
    ("whitelabel", "mail_events"): 0,
    ("whitelabel", "mail_programmes"): 0,
    ("whitelabel", "push_programmes"): 0,
    ("whitelabel", "push_events"): 0,
    ("whitelabel", "zalo_events"): 0,
}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def stored(portal: Portal) -> dict[tuple[str, str], object]:
    """Return what each system holds for Mai, by statements of the test's own."""
    found: dict[tuple[str, str], object] = {}
    for system, column in COLUMNS:
        with closing(sqlite3.connect(portal.systems.database(system))) as connection:
            statement = f"SELECT {column} FROM {TABLES[system]} WHERE lower(email) = ?"
            found[system, column] = connection.execute(statement, (MAI,)).fetchone()[0]
    return found


def switches(page: Page) -> dict[str, str]:
    """Return how each switch stands, by the name that is heard."""
    return {node["aria-label"]: node["aria-checked"] for node in page.root.all("button", role="switch")}


def said(page: Page) -> str:
    """Return what a region has read out."""
    return " ".join(node.text for node in page.root.all(hx_swap_oob="innerHTML:#said"))


def test_six_topics_are_offered_by_the_channels_that_some_system_takes_or_the_site_keeps(mai: Member) -> None:
    page = mai.browser.get("marketing.page")
    legends = [node.one("strong").text for node in page.root.all("legend")]
    assert legends == ["Programmes", "Events", "Campaigns", "Surveys", "Promotions", "Advertising"]
    taken = {name for source in registry.active().connected() for name in source.manifest.preferences}
    assert {pair.id for pair in service.pairs()} == {name for name in taken if name.startswith("marketing.")} | {
        "marketing.advertising.sms"
    }
    assert {"Events by e-mail", "Surveys by phone call", "Campaigns by Zalo"} < switches(page).keys()


def test_a_pair_that_no_system_takes_and_nobody_keeps_is_not_offered(mai: Member) -> None:
    whole = registry.active()
    registry.use(registry.Registry([source for source in whole.all() if source.id != "crm"]))
    try:
        assert "Surveys by phone call" not in switches(mai.browser.get("marketing.page"))
        mai.browser.post("marketing.page", data={"marketing.surveys.phone": "on"}, status=422)
    finally:
        registry.use(whole)


def test_every_switch_is_off_and_nothing_written_before_somebody_chooses(mai: Member) -> None:
    before = stored(mai.portal)
    page = mai.browser.get("marketing.page")
    assert set(switches(page).values()) == {"false"}
    assert "You have not chosen yet" in page.text
    assert page.text.count("Not chosen yet") == len(switches(page))
    mai.portal.drain()
    assert stored(mai.portal) == before
    assert not any(service.may_send(mai.subject, pair.topic.id, pair.channel.id) for pair in service.pairs())


def test_whoever_asks_about_what_the_site_does_not_know_may_not_send(mai: Member) -> None:
    assert not service.may_send(mai.subject, "doom", "email")
    assert not service.may_send(mai.subject + 1000, "events", "email")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_switch_counts_at_once_and_is_then_confirmed_by_each_system(mai: Member, htmx: bool) -> None:
    page = mai.browser.get("marketing.page").form("Events by e-mail").send(htmx=htmx)
    assert service.may_send(mai.subject, "events", "email")
    assert not service.may_send(mai.subject, "events", "sms")
    assert switches(page)["Events by e-mail"] == "true"
    assert "Events by e-mail: on since" in page.text
    assert "Smartos Booking App not yet, Smartos CRM not yet, Smartos Whitelabel App not yet." in page.text
    mai.portal.drain()
    held = stored(mai.portal)
    assert (held["booking", "mail_events"], held["crm", "marketing_events"], held["whitelabel", "mail_events"]) == (
        1,
        "yes",
        1,
    )
    page = mai.browser.get("marketing.page", htmx=htmx)
    written = [node.text for node in page.root.one("details", id="where").all("div", class_="row")]
    assert [row.split(" Asked at")[0] for row in written] == [
        "Smartos Booking App",
        "Smartos CRM",
        "Smartos Whitelabel App",
    ]
    assert all("confirmed at" in row for row in written)
    assert not page.root.one(id="passed")["hx-trigger"]


def test_a_switch_answers_itself_and_how_far_it_has_come_and_nothing_else(mai: Member) -> None:
    page = mai.browser.get("marketing.page").form("Events by e-mail").send(htmx=True)
    assert list(switches(page)) == ["Events by e-mail"]
    assert page.root.one(hx_swap_oob="innerHTML:#marketing-events-email-cell").one("button")["value"] == "off"
    assert len(page.response.data) < 4000
    assert int(page.response.headers["Content-Length"]) == len(page.response.data)


def test_a_system_that_is_down_is_named_and_caught_up(mai: Member) -> None:
    crm = mai.portal.systems.database("crm")
    away = crm.rename(crm.with_suffix(".away"))
    mai.browser.get("marketing.page").form("Surveys by phone call").send()
    mai.portal.drain()
    page = mai.browser.get("marketing.page")
    assert "Smartos CRM does not answer yet" in page.text
    assert page.root.one(id="passed")["hx-trigger"] == "every 20s"
    away.rename(crm)
    with clock.later(timedelta(minutes=1)):
        mai.portal.drain()
    assert stored(mai.portal)["crm", "calls_surveys"] == "yes"
    assert "Smartos CRM confirmed at" in mai.browser.get("marketing.page").text


def test_only_systems_that_take_a_choice_are_named_beside_it(mai: Member) -> None:
    mai.browser.get("marketing.page").form("Surveys by phone call").send()
    mai.portal.drain()
    page = mai.browser.get("marketing.page").form("Events by SMS").send()
    assert "Events by SMS" in page.root.one("p", class_="saved").text
    assert "Booking App not yet." in page.root.one("p", class_="saved").text
    assert "CRM" not in page.root.one("p", class_="saved").text
    assert "Smartos CRM" in page.root.one("details", id="where").text


def test_off_is_read_out_with_the_last_day_of_what_is_under_way(mai: Member) -> None:
    with clock.stopped(NOON):
        form = mai.browser.get("marketing.page").form("Events by e-mail")
        page = form.send(htmx=True)
        assert said(page) == "Events by e-mail: on since 12:00."
        page = page.form("Events by e-mail").send(htmx=True)
        assert said(page) == (
            "Events by e-mail: off since 12:00. What is already on its way may still arrive until 24 November 2026."
        )
        assert page.root.one(id="marketing-events-email-hint").text.startswith("Since 12:00. What is already")
    with clock.stopped(NOON + timedelta(days=2, minutes=1)):
        page = mai.browser.get("marketing.page")
        assert "on its way" not in page.text
        assert "Events by e-mail: off since 12:00 on 22 November 2026 (UTC+7)." in page.text


def last(page: Page) -> str:
    """Return what the page says was switched last."""
    return page.root.one("p", class_="saved").text


@pytest.mark.parametrize("htmx", [False, True])
def test_everything_is_off_in_one_tap_and_every_system_is_told(mai: Member, htmx: bool) -> None:
    for name in ("Events by e-mail", "Surveys by e-mail", "Advertising by SMS"):
        mai.browser.get("marketing.page").form(name).send()
    page = mai.browser.get("marketing.page").form("Everything").send(htmx=htmx)
    assert set(switches(page).values()) == {"false"}
    assert len(switches(page)) == len(service.pairs())
    assert not any(service.may_send(mai.subject, pair.topic.id, pair.channel.id) for pair in service.pairs())
    mai.portal.drain()
    assert stored(mai.portal) == COLUMNS
    if htmx:
        assert said(page).startswith("Everything: all off since")
    assert last(mai.browser.get("marketing.page")).startswith("Everything: all off since")


@pytest.mark.parametrize(
    ("scope", "button", "off"),
    [("events", "All off: Events", {"events"}), ("email", "E-mail", {"email"})],
)
def test_a_topic_or_a_channel_is_off_in_one_tap_and_the_others_stay(
    mai: Member, scope: str, button: str, off: set[str]
) -> None:
    names = {f"{pair.topic.id}.{pair.channel.id}" for pair in service.pairs()}
    for pair in service.pairs():
        service.save(mai.subject, [pair], "on", "en")
    page = mai.browser.get("marketing.page")
    assert page.form(button).values["off"] == scope
    page.form(button).send(htmx=True)
    whole = button.rpartition(": ")[2]
    assert last(mai.browser.get("marketing.page")).startswith(f"{whole}: all off since"), "not one pair of many"
    still = {name for name in names if service.may_send(mai.subject, *name.split("."))}
    assert still == {name for name in names if not off & set(name.split("."))}
    assert names - still


def test_nothing_switches_more_than_one_pair_on(mai: Member) -> None:
    page = mai.browser.get("marketing.page")
    for form in page.root.one("main").all("form"):
        values = {button["name"]: button["value"] for button in form.all("button")}
        assert len(values) == 1
        assert "off" in values or next(iter(values)).startswith("marketing.")
    with pytest.raises(UnknownChoice):
        service.save(mai.subject, service.within("events"), "on", "en")
    assert ConsentEvent.select().count() == 0


def test_off_is_one_tap_away_as_on_is_also_before_a_choice(mai: Member) -> None:
    page = mai.browser.get("marketing.page").form("Off: Events by e-mail").send(htmx=True)
    assert ConsentEvent.get().state == "off"
    assert said(page).startswith("Events by e-mail: off since")
    for state, word in (("true", "On"), ("false", "Off")):
        page = page.form("Events by e-mail").send(htmx=True)
        assert switches(page) == {"Events by e-mail": state}
        assert page.root.one("button", role="switch").text == word


def test_each_switch_is_a_form_of_its_own_that_keeps_the_last_tap(mai: Member) -> None:
    form = mai.browser.get("marketing.page").form("Events by e-mail").node
    assert form["hx-sync"] == "this:queue last"
    assert form.one("button", role="switch")["id"] == "marketing-events-email"
    assert "data-choice" in form.attributes


@pytest.mark.parametrize(
    "data",
    [{}, {"marketing.doom.email": "on"}, {"location.level": "precise"}, {EVENTS: "maybe"}, {"off": "doom"}],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_topic_or_state_is_refused(mai: Member, data: dict[str, str], htmx: bool) -> None:
    page = mai.browser.post("marketing.page", data=data, htmx=htmx, status=422)
    assert "There is no such choice" in page.response.text
    assert ConsentEvent.select().count() == 0


def test_a_second_tap_by_the_same_form_says_the_same_again(mai: Member) -> None:
    form = mai.browser.get("marketing.page").form("Events by e-mail")
    form.send()
    assert switches(form.send())["Events by e-mail"] == "true", "a form that is sent twice asks for what it asked for"


def test_the_words_that_are_agreed_to_stand_on_the_page_and_in_the_event(portal: Portal) -> None:
    mai = member(portal, "everyday", "vi")
    page = mai.browser.get("marketing.page")
    page.form("Sự kiện qua SMS").send()
    event = ConsentEvent.get()
    assert (event.purpose, event.language, event.notice_version) == ("marketing.events.sms", "vi", "2")
    assert event.wording in page.text
    purpose = config.site().purposes[event.purpose]
    assert all(said["vi"] in page.text for said in (purpose.data, purpose.recipients, purpose.retention))


def test_what_the_portal_alone_keeps_says_so(mai: Member) -> None:
    mai.browser.get("marketing.page").form("Advertising by SMS").send()
    page = mai.browser.get("marketing.page")
    assert "Kept here alone, and asked here before anything is sent: Advertising by SMS." in page.text
    assert not page.root.one(id="passed")["hx-trigger"], "there is no system to wait for"
    assert consents.may(mai.subject, "marketing.advertising.sms", "on")


def test_what_is_drawn_for_one_person_holds_nothing_of_another(portal: Portal) -> None:
    pages = []
    for role, at in (("everyday", NOON), ("sharer", NOON + timedelta(hours=3))):
        with clock.stopped(at):
            person = member(portal, role)
            person.browser.post("marketing.page", data={EVENTS: "on"})
            pages.append(person.browser.client.get("/marketing").text)
    assert "Since 12:00." in pages[0]
    assert "Since 15:00." in pages[1]
    assert "12:00" not in pages[1]
    assert "\ue000" not in "".join(pages)


def test_a_page_pays_one_query(mai: Member) -> None:
    mai.browser.post("marketing.page", data={EVENTS: "on"})
    with queries() as asked:
        mai.browser.client.get("/marketing")
    assert len(asked) == 1, asked
