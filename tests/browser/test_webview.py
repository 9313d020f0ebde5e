"""On a phone, inside an app: from the hand-off on, with the bridge and without, offline, without cookies or scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.steps import App, lay_crew
from tests.browser.test_axe import faults_as_shown
from tests.live import ROOT, Live, eventually

pytestmark = pytest.mark.browser
EMAIL = "mai.nguyen@example.com"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
ON_IPHONE = "window.sent = []; window.webkit = {messageHandlers: {privacyPortal: {postMessage: m => sent.push(m)}}};"
ON_PIXEL = "window.sent = []; window.privacyPortal = {postMessage: m => sent.push(JSON.parse(m))};"
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
    Object.defineProperty(window, name, {get() { throw new DOMException("off", "SecurityError"); }});"""
SMALL = """() => [...document.querySelectorAll("main a.button, button, nav a, select, summary, footer a")]
    .filter(one => one.getClientRects().length && !one.matches(".unseen, .unseen *"))
    .filter(one => { const box = one.getBoundingClientRect(); return box.height < 43.5 || box.width < 43.5; })
    .map(one => one.outerHTML.slice(0, 90))"""
PAGES = (
    "/overview",
    "/location",
    "/location/delete",
    "/marketing",
    "/security",
    "/deletion",
    "/confirm",
    "/continue",
)
# A column in which words stand letter below letter.
SQUEEZED = """() => [...document.querySelectorAll("main :is(td, th, dt, dd, label)")]
    .filter(one => one.getClientRects().length && !one.matches(".unseen *") && one.textContent.trim().length > 3)
    .filter(one => one.clientWidth && one.clientWidth < 3 * parseFloat(getComputedStyle(one).fontSize))
    .map(one => one.outerHTML.slice(0, 90))"""
SHIFTED = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 300);
})"""


@contextmanager
def phone(
    chromium: Browser, portal: Live, *scripts: str, agent: str = IPHONE, size: tuple[int, int] = (390, 760), **more: Any
) -> Iterator[tuple[BrowserContext, Page]]:
    """Open a webview; at the end no other host was asked and no script complained."""
    width, height = size
    viewport = {"width": width, "height": height}
    context = chromium.new_context(user_agent=agent, viewport=cast(Any, viewport), has_touch=True, **more)
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    strange: list[str] = []
    page.on("request", lambda asked: strange.append(asked.url) if not asked.url.startswith(portal.url) else None)
    page.on("pageerror", lambda error: strange.append(str(error)))
    page.on("popup", lambda other: strange.append(f"a new window: {other.url}"))
    yield context, page
    assert strange == []
    context.close()


@pytest.mark.parametrize(
    ("email", "agent", "bridge", "size", "wishes"),
    [
        ("duc.pham@example.com", IPHONE, ON_IPHONE, (390, 760), {"theme": "dark", "language": "vi"}),
        ("ha.nguyen@example.com", PIXEL, ON_PIXEL, (320, 480), {"theme": "light", "text_size": 200}),
    ],
    ids=["iPhone", "Pixel"],
)
def test_a_journey_in_an_app(
    chromium: Browser,
    lasting_portal: Live,
    email: str,
    agent: str,
    bridge: str,
    size: tuple[int, int],
    wishes: dict[str, Any],
) -> None:
    app = App(lasting_portal, email)
    with phone(chromium, lasting_portal, bridge, NO_STORAGE, agent=agent, size=size, bypass_csp=True) as (
        context,
        page,
    ):
        app.open(page, page="/location", **wishes)
        page.wait_for_url("**/location**")
        assert heard(page) == ["location.state"]
        page.evaluate("postMessage({v: 1, type: 'location.state', state: 'denied'}, location.origin)")
        expect(page.locator("[data-phone-says]")).to_have_text(
            page.locator("[data-phone-says]").get_attribute("data-denied") or "?"
        )
        page.get_by_role("button", name=_in(wishes, "Open the phone's settings", "Mở cài đặt của điện thoại")).click()
        page.check("input[name=level][value=approximate]")
        page.click("#save")
        eventually(lambda: "location.changed" in heard(page), "the app hears of the choice")
        assert page.evaluate("sent.map(one => Object.keys(one).sort().join()).every(keys => keys === 'type,v')")
        for path in PAGES:
            page.goto(lasting_portal.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
            assert page.evaluate(SMALL) == [], path
            assert page.evaluate(SQUEEZED) == [], path
            assert page.evaluate(SHIFTED) < 0.1, path
            assert page.locator("header, .menu").count() == 0
            assert faults_as_shown(page) == [], path
        context.clear_cookies()
        page.goto(lasting_portal.url + "/marketing?view=app")
        page.wait_for_url("**/handoff/lost**")
        assert heard(page) == ["session.lost"]
        app.open(page, page="/marketing")
        page.wait_for_url("**/marketing**")


def heard(page: Page) -> list[str]:
    """Return what the app was told."""
    return [str(one) for one in page.evaluate("sent.map(one => one.type)")]


def _in(wishes: dict[str, Any], english: str, vietnamese: str) -> str:
    return vietnamese if wishes.get("language") == "vi" else english


def test_without_bridge_and_scripts_a_code_by_mail_leads_on(chromium: Browser, lasting_portal: Live) -> None:
    """The first time, from the demo's stand-in for an app; then after the session was lost."""
    lay_crew(lasting_portal)  # and the key of the app's back end
    with phone(chromium, lasting_portal, java_script_enabled=False, agent=PIXEL, locale="en") as (context, page):
        page.goto(lasting_portal.url + "/demo/app")
        page.select_option("#page", "/location")
        page.select_option("#theme", "dark")
        page.click("main button.button")
        before = len(lasting_portal.mails())
        page.click("main button.button")
        expect(page.locator("h1")).to_have_text("One code, and all your data is in one place")
        page.click("main button.button >> nth=0")
        page.fill("#code", lasting_portal.code(before))
        page.click("main button.button")
        page.wait_for_url("**/location**")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.get_by_text("Close").count() == 0 or not page.get_by_text("Close").first.is_visible()
        context.clear_cookies()
        page.goto(lasting_portal.url + "/location?view=app")
        before = len(lasting_portal.mails())
        page.click("text=Sign in with a code by mail")
        page.fill("#email", EMAIL)
        page.click("main button.button")
        page.fill("#code", lasting_portal.code(before))
        page.click("main button.button")
        page.wait_for_url("**/location**")
        expect(page.locator("body")).to_have_class("webview")


def test_where_cookies_are_blocked_the_public_pages_work_in_the_apps_look(
    chromium: Browser, lasting_portal: Live
) -> None:
    with phone(chromium, lasting_portal, agent=PIXEL) as (context, page):
        blocked = "Object.defineProperty(document, 'cookie', {get: () => '', set() {}})"
        context.add_init_script(blocked)

        def without(route: Any) -> None:
            answer = route.fetch(
                headers={k: v for k, v in route.request.headers.items() if k != "cookie"}, max_redirects=0
            )
            route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k != "set-cookie"})

        page.route("**/*", without)
        page.goto(lasting_portal.url + "/requests/new?view=app&theme=dark")
        page.locator("main a[href*='/requests/new/']").first.click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("body")).to_have_class("webview")
        page.fill("#email", "nam.outside@example.com")
        if page.locator("#words").count():
            page.fill("#words", "Please.")
        page.click("#send")
        page.wait_for_url("**/requests/sent**")
        expect(page.locator("body")).to_have_class("webview")
        page.unroute_all(behavior="wait")


def test_offline_in_the_middle_of_a_step_loses_nothing_and_lies_about_nothing(
    chromium: Browser, lasting_portal: Live
) -> None:
    app = App(lasting_portal, "mo.le@example.com")
    with phone(chromium, lasting_portal, ON_IPHONE) as (context, page):
        app.open(page, page="/location")
        page.wait_for_url("**/location**")
        context.set_offline(True)
        page.check("input[name=level][value=precise]")
        page.click("#save")
        expect(page.locator(".unsaved")).to_be_visible()
        expect(page.locator("input[name=level]:checked")).to_have_count(0)
        assert "location.changed" not in heard(page)
        context.set_offline(False)
        page.check("input[name=level][value=precise]")
        page.click("#save")
        eventually(lambda: "location.changed" in heard(page), "the app hears of the choice")
        expect(page.locator("input[name=level][value=precise]")).to_be_checked()


@pytest.mark.parametrize(
    "said",
    [
        "{v: 2, type: 'location.state', state: 'denied'}",
        "{v: 1, type: 'location.state', state: 'hacked'}",
        "{v: 1, type: 'location.state', state: 'denied', more: 1}",
        "{v: 1, type: 'constructor', state: 'denied'}",
        "'not json'",
        "JSON.stringify({v: 1, type: 'location.state', state: 'x'.repeat(500)})",
        "null",
    ],
)
def test_what_is_not_understood_changes_nothing(bridged: Page, said: str) -> None:
    before = bridged.locator("[data-phone-says]").inner_text()
    bridged.evaluate(f"postMessage({said}, location.origin)")
    bridged.evaluate("new Promise(done => setTimeout(done, 30))")
    assert bridged.locator("[data-phone-says]").inner_text() == before


@pytest.fixture(scope="module")
def bridged(chromium: Browser) -> Iterator[Page]:
    """The bridge on a bare page: what it hears is checked by it alone."""
    page = chromium.new_page()
    page.add_init_script(ON_IPHONE)
    bare = "<p data-phone-says data-denied=off>?</p>"
    page.route("http://localhost/", lambda route: route.fulfill(body=bare, content_type="text/html"))
    page.goto("http://localhost/")
    page.add_script_tag(path=str(ROOT / "static" / "js" / "bridge.js"))
    yield page
    page.close()


def test_what_is_understood_is_shown_and_what_another_window_says_is_not(bridged: Page) -> None:
    bridged.evaluate(
        """() => new Promise(done => {
            const frame = document.createElement("iframe");
            frame.srcdoc = "<script>parent.postMessage({v: 1, type: 'location.state', state: 'denied'}, '*')</script>";
            document.body.append(frame);
            setTimeout(done, 200);
        })"""
    )
    assert bridged.locator("[data-phone-says]").inner_text() == "?"
    bridged.evaluate("postMessage(JSON.stringify({v: 1, type: 'location.state', state: 'denied'}), location.origin)")
    expect(bridged.locator("[data-phone-says]")).to_have_text("off")
