"""A level is asked for, saved by a button, and shown as far as it has come in each system."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from portal.consents.models import ConsentEvent
from portal.kernel import clock
from tests.browse import Page
from tests.conftest import BASE_URL, Portal
from tests.counting import queries
from tests.people import Member, member

MAI = "mai.nguyen@example.com"
COLUMNS = {"booking": "users", "whitelabel": "members"}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def stored(portal: Portal) -> dict[str, str]:
    """Return what each system holds as Mai's level, by a statement of the test's own."""
    found = {}
    for system, table in COLUMNS.items():
        with closing(sqlite3.connect(portal.systems.database(system))) as connection:
            statement = f"SELECT location_level FROM {table} WHERE lower(email) = ?"
            found[system] = connection.execute(statement, (MAI,)).fetchone()[0]
    return found


def systems(page: Page) -> list[str]:
    """Return the word on each system."""
    return [node.text for node in page.root.one(id="systems").all("span", class_="state")]


def ticked(page: Page) -> list[str]:
    """Return the levels that are ticked."""
    return [node["value"] for node in page.root.all("input") if "checked" in node.attributes]


def said(page: Page) -> str:
    """Return what a region has read out."""
    return " ".join(node.text for node in page.root.all(hx_swap_oob="innerHTML:#said"))


def test_nothing_is_ticked_and_nothing_written_before_somebody_chooses(mai: Member) -> None:
    before = stored(mai.portal)
    page = mai.browser.get("location.page")
    assert "You have not chosen yet" in page.text
    assert ticked(page) == []
    assert systems(page) == ["Not asked", "Not asked"]
    mai.portal.drain()
    assert stored(mai.portal) == before


@pytest.mark.parametrize("htmx", [False, True])
def test_a_level_is_saved_then_confirmed_by_each_system(mai: Member, htmx: bool) -> None:
    page = mai.browser.get("location.page").form("Save location level").send(level="approximate", htmx=htmx)
    assert "Saved: approximate. Smartos Booking App not yet, Smartos Whitelabel App not yet." in page.text
    assert page.root.one(id="systems")["hx-trigger"] == "every 2s"
    mai.portal.drain()
    assert stored(mai.portal) == {"booking": "city", "whitelabel": "approximate"}
    page = mai.browser.get("location.page", htmx=htmx)
    assert systems(page) == ["Confirmed", "Confirmed"]
    assert "Check again" not in page.text
    assert not page.root.one(id="systems")["hx-trigger"], "there is nothing left to ask for"
    assert ticked(page) == ["approximate"]


def test_what_changed_is_read_out_once(mai: Member) -> None:
    form = mai.browser.get("location.page").form("Save location level")
    assert said(form.send(level="precise", htmx=True)) == "Saved: precise."
    assert said(mai.browser.get("location.page", htmx=True)) == ""
    mai.portal.drain()
    assert "Smartos Booking App confirmed at" in said(mai.browser.get("location.page", htmx=True))


def test_a_system_that_is_down_is_named_and_caught_up_later(mai: Member) -> None:
    booking = mai.portal.systems.database("booking")
    away = booking.rename(booking.with_suffix(".away"))
    form = mai.browser.get("location.page").form("Save location level")
    form.send(level="off")
    mai.portal.drain()
    page = mai.browser.get("location.page")
    assert systems(page) == ["Not answering", "Confirmed"]
    assert "Smartos Booking App does not answer yet" in page.text
    assert page.root.one(id="systems")["hx-trigger"] == "every 20s"
    assert page.click("Check again").path == "/location"
    away.rename(booking)
    with clock.later(timedelta(minutes=1)):
        mai.portal.drain()
    assert stored(mai.portal) == {"booking": "none", "whitelabel": "off"}
    assert systems(mai.browser.get("location.page")) == ["Confirmed", "Confirmed"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("level", ["", "everywhere"])
def test_what_is_no_level_is_refused_in_words_and_changes_nothing(mai: Member, htmx: bool, level: str) -> None:
    page = mai.browser.post("location.page", data={"level": level} if level else {}, htmx=htmx, status=422)
    assert page.root.one(id="errors").one("a")["href"] == "#level-0"
    assert ConsentEvent.select().count() == 0


def test_only_the_button_sends_a_level(mai: Member) -> None:
    form = mai.browser.get("location.page").form("Save location level").node
    assert not form["hx-trigger"]
    assert not [name for radio in form.all("input", type="radio") for name in radio.attributes if name.startswith("hx")]


def test_the_event_names_the_notice_in_force_and_the_words_that_were_read(portal: Portal) -> None:
    mai = member(portal, "everyday", "vi")
    mai.browser.get("location.page")
    mai.browser.post("location.page", data={"level": "precise"})
    event = ConsentEvent.get()
    assert (event.notice, event.notice_version, event.language) == ("privacy", "2", "vi")
    assert event.wording.startswith("Smartos được dùng vị trí")


def test_the_page_says_what_consent_must_say(mai: Member) -> None:
    facts = mai.browser.get("location.page").root.one("dl", class_="facts").text
    said = (
        "may use the location of my phone",
        "Places your phone reports",
        "18 months",
        "Công ty",
        "You can take this back",
    )
    assert [part for part in said if part not in facts] == []


def test_systems_that_know_nothing_of_a_person_are_not_named(portal: Portal) -> None:
    page = member(portal, "father").browser.get("location.page")
    assert "No system that uses location holds anything about you." in page.text


def test_the_menu_says_the_level(mai: Member) -> None:
    mai.browser.post("location.page", data={"level": "precise"})
    assert mai.browser.get("overview.page").links["Location Precise"] == "/location"


@pytest.mark.parametrize("address", ["/location", "/location/apps/booking"])
def test_the_menu_says_the_level_at_once(mai: Member, address: str) -> None:
    before = in_menu(mai)
    region = mai.browser.post(address, data={"level": "precise"}, htmx=True).root
    news = {place: region.one(hx_swap_oob=f"innerHTML:#{place}").text for place in before}
    assert news == in_menu(mai)
    assert news["state-location-page"] not in ("", before["state-location-page"])
    assert news["state-data-page"] == before["state-data-page"] != ""


def in_menu(mai: Member) -> dict[str, str]:
    menu = mai.browser.get("location.page").root.one("nav", class_="side")
    return {node["id"]: node.text for node in menu.all("span")}


def test_a_page_pays_one_query(mai: Member) -> None:
    mai.browser.post("location.page", data={"level": "precise"})
    with queries() as asked:
        mai.browser.client.get("/location")
    assert len(asked) == 1, asked


def test_a_page_that_was_drawn_for_somebody_else_holds_nothing_of_them(portal: Portal) -> None:
    people = [member(portal, role) for role in ("everyday", "sharer")]
    pages = []
    for person in people:
        person.browser.post("location.page", data={"level": "precise"})
        portal.drain()
        first, again = (person.browser.client.get("/location").text for _ in range(2))
        assert first == again
        pages.append(first)
    tokens = [set(re.findall(r'csrf_token" value="(\w+)"', page)) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert "\ue000" not in "".join(pages)


def test_what_stands_in_a_hole_is_escaped(portal: Portal) -> None:
    from portal.web.outline import show_filled

    mai = member(portal, "everyday")
    cookie = mai.browser.client.get_cookie("session")
    assert cookie
    with portal.app.test_request_context("/location", base_url=BASE_URL, headers={"Cookie": f"session={cookie.value}"}):
        portal.app.preprocess_request()
        context = {"cards": "", "about": "", "apps": [], "every": 0, "differs": False, "off": False, "stopped": ""}
        context["used_for"] = ""
        for text in ("<b>one</b>", "<i>two</i>"):
            answer = show_filled(
                "location/page.html", "x", {"told": text}, lambda own: {**context, "saved": own["told"]}
            )
            assert text not in answer.get_data(as_text=True)
            assert text.replace("<", "&lt;").replace(">", "&gt;") in answer.get_data(as_text=True)


def test_a_sentence_that_one_person_has_and_another_has_not_is_shown_to_the_one_alone(portal: Portal) -> None:
    from portal.web.outline import filled

    mai = member(portal, "everyday")
    cookie = mai.browser.client.get_cookie("session")
    assert cookie
    with portal.app.test_request_context("/location", base_url=BASE_URL, headers={"Cookie": f"session={cookie.value}"}):
        portal.app.preprocess_request()
        passed = {"every": 0, "told": "", "systems": [], "kept_here": []}
        for latest in ("", "Saved at ten.", "", "Saved at nine."):
            drawn = filled(
                "marketing/_passed.html",
                "x",
                {"latest": latest},
                lambda own: {"passed": {**passed, "latest": own["latest"]}},
            )
            assert (latest or "You have not chosen yet") in drawn
            assert ("You have not chosen yet" in drawn) is (not latest)
