"""The location page in a browser: levels by app, a span that goes, how long places are kept; scripts on and off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import somebody
from tests.independent import value
from tests.live import Live, eventually

pytestmark = pytest.mark.browser
EMAIL = "mai.nguyen@example.com"
LEVEL = "SELECT location_level FROM {} WHERE lower(email) = ?"
PLACES = {
    "booking": "SELECT COUNT(*) FROM location_points WHERE user_id = (SELECT id FROM users WHERE email = ?)",
    "whitelabel": "SELECT COUNT(*) FROM places WHERE member_id = (SELECT id FROM members WHERE email = ?)",
}
OLD = (
    "SELECT date(MAX(recorded_at), '-20 days') FROM location_points"
    " WHERE user_id = (SELECT id FROM users WHERE lower(email) = ?)"
)


def places(portal: Live) -> int:
    """Count the person's places in both systems that keep them."""
    return sum(int(str(value(portal.systems, system, asked, EMAIL))) for system, asked in PLACES.items())


def test_levels_by_app_a_span_and_how_long(chromium: Browser, live_portal: Live) -> None:
    systems = live_portal.systems
    with somebody(chromium, live_portal) as person:
        person.sign_in(EMAIL)
        page = person.page
        precise = page.locator("#app-booking-precise")

        def found() -> int:
            person.open("/location")
            return precise.count()

        eventually(found, "finding them in the Booking App")
        precise.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("[aria-pressed=true]")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(precise).to_have_attribute("aria-pressed", "true")
        expect(precise).to_be_focused()
        expect(page.locator("#said")).to_contain_text("Saved for Smartos Booking App: precise.")
        expect(page.locator("#state-location-page")).to_have_text("By app")
        eventually(lambda: value(systems, "booking", LEVEL.format("users"), EMAIL) == "gps", "precise in Booking App")
        page.click("#app-booking-off")
        expect(page.locator("#app-booking-off")).to_have_attribute("aria-pressed", "true")
        eventually(lambda: value(systems, "booking", LEVEL.format("users"), EMAIL) == "none", "off in Booking App")
        expect(page.locator("#history svg")).to_be_visible(timeout=60_000)
        _keep_and_undo(page)
        _delete_a_span(page, live_portal)


def test_a_level_that_was_forgotten_is_named_where_the_focus_goes(chromium: Browser, live_portal: Live) -> None:
    """RULES U1, U2, §18 line 28."""
    with somebody(chromium, live_portal) as person:
        person.sign_in("duc.pham@example.com")
        page = person.page
        person.open("/location")
        page.focus("#save")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.keyboard.press("Enter")
        assert answer.value.status == 422
        expect(page.locator("#errors")).to_contain_text("Choose one of the three levels.")
        expect(page.locator("#errors")).to_be_focused()


def _keep_and_undo(page: Page) -> None:
    page.select_option("#keep", "3")
    page.click("#keep-save")
    expect(page.locator("#keep-undo")).to_be_visible(timeout=60_000)
    expect(page.locator("#keep")).to_have_value("3")
    page.click("#keep-undo")
    expect(page.locator("#keep-undo")).to_have_count(0, timeout=60_000)
    expect(page.locator("#keep")).to_have_value("18")
    expect(page.locator("#said")).to_contain_text("Undone")


def _delete_a_span(page: Page, portal: Live) -> None:
    before = places(portal)
    page.click("#delete-some")
    page.fill("#until", str(value(portal.systems, "booking", OLD, EMAIL)))
    page.click("#count")
    said = page.locator("#sure").inner_text()
    page.click("#sure")
    expect(page.locator("#removal .state.on")).to_have_count(2, timeout=60_000)
    left = places(portal)
    assert 0 < left < before
    assert said == f"Delete {before - left} places"


def test_without_scripts_on_a_phone_in_vietnamese(chromium: Browser, live_portal: Live) -> None:
    with somebody(chromium, live_portal, scripts=False, width=390, language="vi") as person:
        person.sign_in(EMAIL)
        page = person.page
        person.open("/location")
        page.click("#app-booking-approximate")
        expect(page.locator("#app-booking-approximate")).to_have_attribute("aria-pressed", "true")
        person.wait_for("#systems .state.on")
        page.click("#history a")
        expect(page.locator("#history svg")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.select_option("#keep", "3")
        page.click("#keep-save")
        page.click("#keep-undo")
        expect(page.locator("#keep")).to_have_value("18")
        page.click("#delete-all")
        page.click("#sure")
        page.wait_for_url("**/location/removals/*")
        person.wait_for("#removal .state.on >> nth=1")
        assert places(live_portal) == 0
        person.open("/location/points")
        expect(page.locator("main")).to_contain_text("Không ứng dụng nào giữ vị trí của bạn.")
