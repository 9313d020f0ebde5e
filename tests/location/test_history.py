"""History is counted by week and listed page by page, live from the systems, behind a fresh proof."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from threading import Event
from urllib.parse import urlsplit

import pytest

from portal.consents.models import ConsentEvent
from portal.demo.whitelabel import Server
from portal.kernel import clock
from portal.location.service import history
from portal.sources import registry
from portal.sources.http.history import HttpHistory
from tests.browse import Page
from tests.conftest import Portal
from tests.counting import queries
from tests.location.conftest import MAI, MEMBER, booking, count, within
from tests.people import Member, member


def away(portal: Portal) -> None:
    file = portal.systems.database("booking")
    file.rename(file.with_suffix(".away"))


@pytest.mark.parametrize("htmx", [False, True])
def test_the_history_is_brought_as_a_region_or_is_a_page(mai: Member, htmx: bool) -> None:
    region = mai.browser.get("location.page").root.one(id="history")
    assert region["hx-get"] == "/location/history"
    assert region.one("a")["href"] == "/location/history"
    page = mai.browser.get("location.history", htmx=htmx)
    recent = count(mai.portal, "AND datetime(recorded_at) > datetime('now', '-84 days')")
    shown = int(re.findall(r"(\d+) places? in the last 13 weeks", page.text)[0])
    assert recent <= shown <= count(mai.portal)
    assert f"{count(mai.portal)} in all" in page.text


def test_the_plot_has_a_sentence_and_a_table_that_say_the_same(mai: Member) -> None:
    page = mai.browser.get("location.history")
    plot = page.root.one("svg")
    rows = [int(cell.text) for cell in page.root.all("td")]
    assert len(rows) == 13
    assert sum(rows) == int(re.findall(r"(\d+) places? in the last", page.text)[0])
    assert f": {max(rows)}." in plot["aria-label"]
    assert len(plot.all("rect")) == len([row for row in rows if row])


def test_what_the_phone_reported_is_said_with_its_day(mai: Member) -> None:
    booking(
        mai.portal,
        "UPDATE users SET os_location_state = 'while_in_use', os_location_at = '2026-11-20 20:00:00'"
        f" WHERE id = ({MAI})",
    )
    page = mai.browser.get("location.history")
    assert "On 21 November 2026 it told Smartos Booking App “while using the app”." in page.text
    assert "Your phone has a switch of its own" in page.text
    within(
        mai.portal,
        "whitelabel",
        f"UPDATE members SET phone_location = 'denied', phone_location_at = NULL WHERE id = ({MEMBER})",
    )
    assert "Smartos Whitelabel App was told “never” by it." in mai.browser.get("location.history").text
    within(mai.portal, "whitelabel", f"UPDATE members SET phone_location = NULL WHERE id = ({MEMBER})")
    booking(mai.portal, f"UPDATE users SET os_location_state = NULL WHERE id = ({MAI})")
    assert "No app has told us yet" in mai.browser.get("location.history").text


def test_the_history_asks_the_portals_own_tables_little(mai: Member) -> None:
    mai.browser.client.get("/location")  # what each process asks twice a minute is asked by then
    with queries() as asked:
        mai.browser.client.get("/location/history")
    assert len(asked) <= 7, asked


def test_a_system_that_is_down_is_named(mai: Member) -> None:
    away(mai.portal)
    for place in ("location.history", "location.points"):
        assert "No answer yet from Smartos Booking App" in mai.browser.get(place).text


def test_somebody_without_places_is_told_so(portal: Portal) -> None:
    father = member(portal, "father")
    for place in ("location.history", "location.points"):
        assert "No app keeps places of yours." in father.browser.get(place).text


def apps(page: Page) -> set[str]:
    """Return the systems of which the list shows places."""
    return {cell.text for cell in page.root.all("td")}


def times(page: Page) -> list[str]:
    return [node.text for node in page.root.all("th", role="rowheader")]


def test_the_list_shows_every_place_once_page_by_page(mai: Member) -> None:
    booking(
        mai.portal,
        f"""WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
        INSERT INTO location_points (user_id, recorded_at, lat, lon)
        SELECT ({MAI}), datetime('2026-01-01', '+' || (i / 3) || ' hours'), 16.0, 108.0 FROM n""",
    )
    page, seen, pages = mai.browser.get("location.points"), list[str](), 1
    assert {"Smartos Booking App", "Smartos Whitelabel App"} <= apps(page)
    seen += [node["value"] for node in page.root.all("button", name="place")]
    shown = len(times(page))
    while "Older places" in page.links:
        page, pages = page.click("Older places"), pages + 1
        shown += len(times(page))
    assert shown == count(mai.portal)
    assert pages == -(-shown // 50)


def test_an_address_of_the_list_tells_nothing_and_serves_nobody_else(mai: Member) -> None:
    booking(
        mai.portal,
        f"""WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        INSERT INTO location_points (user_id, recorded_at, lat, lon) SELECT ({MAI}), datetime('now'), 1, 1 FROM n""",
    )
    link = mai.browser.get("location.points").links["Older places"]
    assert re.fullmatch(r"after=[\w-]+", urlsplit(link).query)
    stranger = member(mai.portal, "sharer")
    stranger.browser.get(link, status=404)
    for made_up in ("x", "AAAA", "a" * 200):
        mai.browser.get(f"/location/points?after={made_up}", status=404)


def test_the_list_wants_a_fresh_proof(mai: Member) -> None:
    with clock.later(timedelta(minutes=16)):
        for path in ("/location/points", "/location/delete"):
            assert mai.browser.client.get(path).location.startswith("/confirm")


def test_no_look_is_a_choice(mai: Member) -> None:
    for place in ("location.page", "location.history", "location.points", "location.delete"):
        mai.browser.get(place)
    assert ConsentEvent.select().count() == 0


@pytest.fixture
def without_history(mai: Member, monkeypatch: pytest.MonkeyPatch) -> Member:
    """Mai, while the Whitelabel App keeps check-ins with a place but lets nobody ask for its points."""
    source = registry.active().get("whitelabel")
    monkeypatch.setattr(source, "manifest", replace(source.manifest, location=None))
    return mai


@pytest.mark.parametrize("place", ["location.history", "location.points"])
def test_a_system_that_offers_no_history_is_named_and_never_said_to_keep_none(
    without_history: Member, place: str
) -> None:
    booking(without_history.portal, "DELETE FROM location_points")
    page = without_history.browser.get(place)
    assert "Not shown here: places that Smartos Whitelabel App keeps" in page.text
    assert "No app keeps places of yours." not in page.text
    assert {"/data", "/deletion"} <= set(page.links.values())


def test_a_deletion_says_which_places_it_does_not_reach(without_history: Member) -> None:
    page = without_history.browser.get("location.history").form("Delete all history").send()
    assert "Not shown here: places that Smartos Whitelabel App keeps" in page.text
    before = count(without_history.portal, systems=["whitelabel"])
    page = page.form(f"Delete {count(without_history.portal, systems=['booking'])} places").send()
    without_history.portal.drain()
    assert "Smartos Whitelabel App" not in without_history.browser.get(page.path).text
    assert count(without_history.portal, systems=["whitelabel"]) == before


@pytest.mark.parametrize("place", ["location.history", "location.points"])
def test_an_http_system_that_is_down_is_named(mai: Member, whitelabel: Server, place: str) -> None:
    whitelabel.database = whitelabel.database.with_name("away.db")
    page = mai.browser.get(place)
    assert "No answer yet from Smartos Whitelabel App" in page.text
    assert "Smartos Booking App" in page.text


def test_a_system_that_hangs_holds_nobody_up_for_long(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PATIENCE", 0.2)
    released = Event()
    monkeypatch.setattr(HttpHistory, "tally", lambda *asked: released.wait(30))
    try:
        assert "No answer yet from Smartos Whitelabel App" in mai.browser.get("location.history").text
    finally:
        released.set()
