"""Each app may have a level of its own: a button names it, and the next level for all ends it."""

from __future__ import annotations

import pytest

from portal.consents.models import ConsentEvent
from tests.browse import Page
from tests.location.test_level import said, stored, systems, ticked
from tests.people import Member, member

BOOKING, WHITELABEL = "Smartos Booking App", "Smartos Whitelabel App"


def pressed(page: Page) -> list[str]:
    """Return the pressed button of each app."""
    return [node["id"] for node in page.root.all("button") if node["aria-pressed"] == "true"]


def tap(page: Page, button: str, *, htmx: bool = False) -> Page:
    """Press a button by its id."""
    node = page.root.one("button", id=button)
    form = node.within("form")
    assert form
    data = {"level": node["value"]}
    return page.browser.post(form["hx-post" if htmx else "action"], data=data, htmx=htmx)


def test_no_button_is_pressed_before_somebody_chooses(mai: Member) -> None:
    assert pressed(mai.browser.get("location.page")) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_an_app_is_raised_by_a_button_that_names_the_level_and_lowered_by_one_tap(mai: Member, htmx: bool) -> None:
    mai.browser.post("location.page", data={"level": "approximate"})
    page = mai.browser.get("location.page")
    buttons = {node["id"]: node.text for node in page.root.all("button") if node["id"].startswith("app-booking")}
    assert list(buttons.values()) == ["Off", "Approximate", "Allow precise"]
    page = tap(page, "app-booking-precise", htmx=htmx)
    assert "Saved for each app." in page.text
    assert pressed(page) == ["app-booking-precise", "app-whitelabel-approximate"]
    mai.portal.drain()
    assert stored(mai.portal) == {"booking": "gps", "whitelabel": "approximate"}
    tap(mai.browser.get("location.page"), "app-booking-off", htmx=htmx)
    mai.portal.drain()
    assert stored(mai.portal) == {"booking": "none", "whitelabel": "approximate"}
    page = mai.browser.get("location.page")
    assert systems(page) == ["Confirmed", "Confirmed"]
    assert ticked(page) == [], "no level holds for all"
    assert [event.purpose for event in ConsentEvent.select().where(ConsentEvent.origin.is_null())] == [
        "location.level",
        "location.level@booking",
        "location.level@booking",
    ]


def test_it_is_read_out_for_which_app_a_level_was_saved(mai: Member) -> None:
    page = tap(mai.browser.get("location.page"), "app-whitelabel-approximate", htmx=True)
    assert said(page) == f"Saved for {WHITELABEL}: approximate."


def test_an_app_chosen_alone_leaves_the_others_as_they_are(mai: Member) -> None:
    before = stored(mai.portal)
    tap(mai.browser.get("location.page"), "app-booking-precise")
    mai.portal.drain()
    assert stored(mai.portal) == {**before, "booking": "gps"}
    assert systems(mai.browser.get("location.page")) == ["Confirmed", "Not asked"]


def test_a_level_for_all_ends_those_for_one(mai: Member) -> None:
    tap(mai.browser.get("location.page"), "app-booking-precise")
    page = mai.browser.get("location.page")
    assert "Your apps differ" in page.text
    page = page.form("Save location level").send(level="off")
    assert "Places kept so far stay until you delete them." in page.text
    assert "Your apps differ" not in page.text
    assert pressed(page) == ["app-booking-off", "app-whitelabel-off"]
    mai.portal.drain()
    assert stored(mai.portal) == {"booking": "none", "whitelabel": "off"}


def test_the_menu_says_that_apps_differ(mai: Member) -> None:
    mai.browser.post("location.page", data={"level": "off"})
    tap(mai.browser.get("location.page"), "app-booking-precise")
    assert mai.browser.get("overview.page").links["Location By app"] == "/location"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("app", "level"), [("booking", "everywhere"), ("crm", "off"), ("nowhere", "off")])
def test_what_an_app_cannot_take_is_refused_and_changes_nothing(mai: Member, app: str, level: str, htmx: bool) -> None:
    mai.browser.post(f"/location/apps/{app}", data={"level": level}, htmx=htmx, status=422)
    assert ConsentEvent.select().count() == 0


def test_somebody_whom_an_app_does_not_know_may_choose_all_the_same(mai: Member) -> None:
    father = member(mai.portal, "father")
    page = father.browser.post("/location/apps/booking", data={"level": "off"}, htmx=True)
    assert said(page) == ""
