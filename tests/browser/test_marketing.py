"""What only a browser shows: a choice that was not saved goes back and says so, and nothing is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.steps import somebody
from tests.independent import value
from tests.live import Live, eventually

pytestmark = pytest.mark.browser
EVENTS, NOT_SAVED = "Events by e-mail", re.compile("Not saved")
Failure = Callable[[Route], None]


@pytest.fixture
def context(chromium: Browser, live_portal: Live) -> Iterator[BrowserContext]:
    """A browser in which Mai is signed in."""
    with somebody(chromium, live_portal) as mai:
        mai.sign_in(live_portal.systems.cast["everyday"].email or "")
        mai.wait_for("#looking:not([hx-get]), h1")
        cookies = mai.page.context.cookies()
    made = chromium.new_context(base_url=live_portal.url, locale="en")
    made.add_cookies(cookies)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def mai(context: BrowserContext) -> Page:
    """A page of hers."""
    return context.new_page()


def cut(route: Route) -> None:
    """Break the connection."""
    route.abort("connectionreset")


def fail_elsewhere(route: Route) -> None:
    """Answer as a proxy whose portal is gone."""
    route.fulfill(status=502, content_type="text/html", body="<html><h1>Bad gateway</h1></html>")


def fail_here(route: Route) -> None:
    """Answer as the portal does when something broke."""
    note = "<div class='notice danger'>Something went wrong on our side.</div>"
    headers = {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML show:top"}
    route.fulfill(status=500, content_type="text/html", body=note, headers=headers)


def stored(portal: Live) -> object:
    """Return whether the Booking App may mail Mai about events, by a statement of the test's own."""
    look, email = "SELECT mail_events FROM users WHERE lower(email) = ?", portal.systems.cast["everyday"].email
    return value(portal.systems, "booking", look, email)


def events(portal: Live) -> int:
    """Return how many choices were recorded here, beside what the systems had."""
    from contextlib import closing
    from sqlite3 import connect

    with closing(connect(portal.environ["PORTAL_DATABASE_URL"].removeprefix("sqlite:///"))) as db:
        return int(db.execute("SELECT count(*) FROM consent_events WHERE origin IS NULL").fetchone()[0])


@pytest.mark.parametrize("failure", [None, cut, fail_elsewhere, fail_here])
def test_a_switch_that_was_not_saved_shows_what_is_stored_and_keeps_the_focus(
    context: BrowserContext, mai: Page, live_portal: Live, failure: Failure | None
) -> None:
    mai.goto("/marketing")
    switch = mai.get_by_role("switch", name=EVENTS)
    _fail(context, mai, failure)
    for _ in range(2):
        switch.focus()
        mai.keyboard.press("Space")
        expect(mai.locator(".unsaved")).to_have_text(NOT_SAVED)
        expect(mai.locator("#said")).to_have_text(NOT_SAVED)
        expect(switch).to_have_attribute("aria-checked", "false")
        expect(switch).to_be_focused()
    assert "Bad gateway" not in mai.content()
    assert events(live_portal) == 0
    _mend(context, mai)
    mai.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    expect(mai.locator(".unsaved")).to_have_count(0)
    expect(mai.locator("#problem")).to_be_empty()
    eventually(lambda: stored(live_portal) == 1, "the choice in Booking App")


@pytest.mark.parametrize("failure", [None, cut, fail_elsewhere])
def test_a_level_that_was_not_saved_goes_back_to_what_is_stored(
    context: BrowserContext, mai: Page, live_portal: Live, failure: Failure | None
) -> None:
    mai.goto("/location")
    mai.check("#level-0")
    mai.click("#save")
    expect(mai.locator("#systems .saved")).to_contain_text("Saved: off")
    _fail(context, mai, failure)
    mai.check("#level-2")
    mai.focus("#save")
    mai.keyboard.press("Enter")
    expect(mai.locator(".unsaved")).to_have_text(NOT_SAVED)
    expect(mai.locator("#level-0")).to_be_checked()
    expect(mai.locator("#save")).to_be_focused()
    assert events(live_portal) == 1


def test_who_is_signed_out_signs_in_and_comes_back_with_nothing_chosen_for_them(
    context: BrowserContext, mai: Page, live_portal: Live
) -> None:
    mai.goto("/marketing")
    context.clear_cookies()
    mai.get_by_role("switch", name=EVENTS).click()
    mai.wait_for_url("**/sign-in?next=/marketing")
    before = len(live_portal.mails())
    mai.fill("#email", live_portal.systems.cast["everyday"].email or "")
    mai.click("main button.button")
    mai.fill("#code", live_portal.code(before))
    mai.click("main button.button")
    mai.wait_for_url("**/marketing")
    expect(mai.get_by_role("switch", name=EVENTS)).to_have_attribute("aria-checked", "false")
    assert events(live_portal) == 0


def test_two_switches_tapped_at_once_both_show_what_is_stored(mai: Page, live_portal: Live) -> None:
    mai.goto("/marketing")
    names = (EVENTS, "Surveys by phone call", "Advertising by SMS")
    for name in names:
        mai.get_by_role("switch", name=name).click(no_wait_after=True)
    for name in names:
        expect(mai.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
    mai.click("#where summary")
    eventually(lambda: stored(live_portal) == 1, "the choice in Booking App")
    expect(mai.locator("#passed")).not_to_have_attribute("hx-trigger", "every 2s", timeout=60_000)
    expect(mai.locator("#where")).to_have_attribute("open", "")
    mai.click("#everything")
    expect(mai.locator("#said")).to_contain_text("Everything: all off since")
    expect(mai.locator("#everything")).to_be_focused()
    for name in names:
        expect(mai.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "false")


def test_off_before_a_choice_is_one_tap_and_the_focus_goes_to_the_switch(mai: Page) -> None:
    mai.goto("/marketing")
    mai.get_by_role("button", name=f"Off: {EVENTS}").focus()
    mai.keyboard.press("Enter")
    expect(mai.locator("#said")).to_contain_text(f"{EVENTS}: off since")
    expect(mai.get_by_role("switch", name=EVENTS)).to_be_focused()


@pytest.mark.parametrize("width", [320, 1180])
def test_every_control_is_large_enough_to_be_hit(mai: Page, width: int) -> None:
    mai.set_viewport_size({"width": width, "height": 800})
    mai.goto("/marketing")
    sizes = mai.evaluate(
        "[...document.querySelectorAll('main button, main summary')].map(e => e.getBoundingClientRect().toJSON())"
    )
    assert sizes
    assert [box for box in sizes if min(box["width"], box["height"]) < 44] == []
    assert mai.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_a_tap_saves_and_comes_back_to_its_switch(chromium: Browser, live_portal: Live) -> None:
    with somebody(chromium, live_portal, scripts=False) as mai:
        mai.sign_in(live_portal.systems.cast["everyday"].email or "")
        mai.open("/marketing")
        mai.page.get_by_role("switch", name=EVENTS).click()
        mai.page.wait_for_url("**/marketing#marketing-events-email")
        expect(mai.page.get_by_role("switch", name=EVENTS)).to_have_attribute("aria-checked", "true")
        expect(mai.page.locator("#passed")).to_contain_text(f"{EVENTS}: on since")


def _fail(context: BrowserContext, page: Page, failure: Failure | None) -> None:
    if failure is None:
        context.set_offline(True)
    else:
        page.route(
            lambda url: True, lambda route: failure(route) if route.request.method == "POST" else route.fallback()
        )


def _mend(context: BrowserContext, page: Page) -> None:
    context.set_offline(False)
    page.unroute_all()
