"""What only a browser shows of choices: nothing half made is lost, the focus stays, the last tap counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.independent import value
from tests.live import Live, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def mai(chromium: Browser, live_portal: Live) -> Iterator[Page]:
    """A page of Mai's, signed in."""
    context = chromium.new_context(base_url=live_portal.url, locale="en")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", live_portal.systems.cast["everyday"].email or "")
    page.click("main button.button")
    page.fill("#code", live_portal.code(0))
    page.click("main button.button")
    page.wait_for_url("**/overview")
    expect(page.locator("#looking:not([hx-get])")).to_be_attached(timeout=60_000)
    yield page
    context.close()


def test_a_choice_half_made_outlives_the_news_of_the_one_before(mai: Page) -> None:
    mai.goto("/location")
    mai.check("#level-1")
    mai.click("#save")
    expect(mai.locator("#systems .saved")).to_contain_text("Saved")
    mai.check("#level-2")
    expect(mai.locator("#systems .state.on")).to_have_count(2, timeout=60_000)
    expect(mai.locator("#systems")).not_to_have_attribute("hx-trigger", "every 2s")
    assert mai.is_checked("#level-2")
    expect(mai.locator("#said")).to_contain_text("confirmed at")


def test_a_switch_keeps_the_focus_and_the_last_tap_counts(mai: Page, live_portal: Live) -> None:
    mai.goto("/marketing")
    switch = mai.get_by_role("switch", name="Events by e-mail")
    switch.focus()
    for state in ("true", "false", "true", "false"):
        mai.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-checked", state)
        expect(switch).to_be_focused()
    expect(mai.locator(".saved")).to_contain_text("Smartos CRM confirmed", timeout=60_000)
    expect(switch).to_be_focused()
    look = "SELECT mail_events FROM users WHERE lower(email) = ?"
    email = live_portal.systems.cast["everyday"].email
    eventually(lambda: value(live_portal.systems, "booking", look, email) == 0, "the last choice in Booking App")
