"""A topic is switched at once, is off by default, and says how far it has come."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from tests.browse import Page
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

EVENTS = "marketing.events.email"
MAI = "mai.nguyen@example.com"
STORED = {
    "booking": "SELECT mail_events FROM users WHERE lower(email) = ?",
    "crm": "SELECT marketing_events FROM contacts WHERE lower(email) = ?",
    "whitelabel": "SELECT mail_events FROM members WHERE lower(email) = ?",
}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def stored(portal: Portal) -> list[str | int]:
    """Return what each system holds for Mai, by statements of the test's own."""
    found = []
    for system, statement in STORED.items():
        with closing(sqlite3.connect(portal.systems.database(system))) as connection:
            found.append(connection.execute(statement, (MAI,)).fetchone()[0])
    return found


def switch(page: Page) -> str:
    """Return how the switch stands."""
    return page.root.one("button", role="switch")["aria-checked"]


def test_every_topic_is_off_and_nothing_written_before_somebody_chooses(mai: Member) -> None:
    before = stored(mai.portal)
    page = mai.browser.get("marketing.page")
    assert switch(page) == "false"
    assert "You have not chosen yet" in page.text
    mai.portal.drain()
    assert stored(mai.portal) == before
    assert not consents.may(mai.subject, EVENTS, "on")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_switch_counts_at_once_and_is_then_confirmed_by_each_system(mai: Member, htmx: bool) -> None:
    page = mai.browser.get("marketing.page").form("Events, by e-mail").send(htmx=htmx)
    assert consents.may(mai.subject, EVENTS, "on")
    assert switch(page) == "true"
    assert "Events, by e-mail: on since" in page.text
    assert "Smartos Booking App not yet, Smartos CRM not yet, Smartos Whitelabel App not yet." in page.text
    mai.portal.drain()
    assert stored(mai.portal) == [1, "yes", 1]
    page = mai.browser.get("marketing.page", htmx=htmx)
    assert page.text.count("confirmed at") == 3 * (2 if htmx else 1), "on the page, and read out for a region"
    assert not page.root.one(id="topics")["hx-trigger"]


def test_off_takes_as_many_steps_as_on(mai: Member) -> None:
    page = mai.browser.get("marketing.page")
    for state, word in (("true", "On"), ("false", "Off")):
        page = page.form("Events, by e-mail").send(htmx=True)
        assert switch(page) == state
        assert page.root.one("button", role="switch").text == word
    mai.portal.drain()
    assert stored(mai.portal) == [0, "no", 0]
    assert [event.state for event in ConsentEvent.select().order_by(ConsentEvent.id)] == ["on", "off"]


def test_what_is_read_out_names_topic_channel_and_state(mai: Member) -> None:
    page = mai.browser.get("marketing.page").form("Events, by e-mail").send(htmx=True)
    assert page.root.one(hx_swap_oob="innerHTML:#said").text.startswith("Events, by e-mail: on since ")


def test_rapid_taps_keep_the_last_and_the_focus(mai: Member) -> None:
    form = mai.browser.get("marketing.page").form("Events, by e-mail").node
    assert form["hx-sync"] == "this:queue last"
    assert form.one("button")["id"] == "marketing-events-email"


@pytest.mark.parametrize("data", [{}, {"marketing.doom.email": "on"}, {"location.level": "precise"}, {EVENTS: "maybe"}])
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_topic_or_state_is_refused(mai: Member, data: dict[str, str], htmx: bool) -> None:
    page = mai.browser.post("marketing.page", data=data, htmx=htmx, status=422)
    assert "There is no such choice" in page.response.text
    assert ConsentEvent.select().count() == 0


def test_a_second_switch_by_the_same_form_says_the_same_again(mai: Member) -> None:
    form = mai.browser.get("marketing.page").form("Events, by e-mail")
    form.send()
    assert switch(form.send()) == "true", "a form that is sent twice asks for what it asked for"


def test_a_page_pays_two_queries(mai: Member) -> None:
    mai.browser.post("marketing.page", data={EVENTS: "on"})
    with queries() as asked:
        mai.browser.client.get("/marketing")
    assert len(asked) == 2, asked
