"""From a tap to a notification: a browser subscribes, a push service brings sealed news, the inbox says what it is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from portal.demo.world import World
from tests import live
from tests.browser.steps import Person
from tests.browser.test_axe import faults, too_wide
from tests.live import Live, eventually
from tests.notices.push_service import PushService, Subscribed
from tests.servers.engines import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KEY = urlsafe_b64encode(bytes(range(1, 33))).decode()
# Chromium would ask its maker's server for an address; all else of the Push API, and the worker, is its own.
SUBSCRIBE = """
PushManager.prototype.subscribe = async function (options) {
  window.asked = { ...options, key: options.applicationServerKey.length };
  const plain = (text) => atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (sign) => sign.charCodeAt(0)).buffer;
  return { endpoint: "%(endpoint)s", getKey: (name) => bytes({ p256dh: "%(p256dh)s", auth: "%(auth)s" }[name]) };
};
"""


@pytest.fixture
def push_service() -> Iterator[PushService]:
    there = PushService()
    yield there
    there.stop()


@pytest.fixture
def telling(environ: dict[str, str], systems: World, push_service: PushService) -> Iterator[Live]:
    """A running portal that may push to the service on this machine."""
    more = {"PORTAL_PUSH_KEY": KEY, "PORTAL_PUSH_HOSTS": push_service.origin}
    more["PORTAL_BASE_URL"] = f"http://localhost:{free_port()}"
    with live.running({**environ, **more}, systems) as portal:
        yield portal


def test_a_tap_lets_a_browser_be_told_and_the_inbox_says_of_what(
    chromium: Browser, telling: Live, push_service: PushService
) -> None:
    subscribed, mai = Subscribed(), a_person(chromium, telling)
    page = mai.page
    page.add_init_script(SUBSCRIBE % {"endpoint": f"{push_service.origin}/send/mai", **subscribed.sent})
    mai.sign_in(telling.systems.cast["everyday"].email or "")
    mai.open("/inbox")
    assert page.evaluate("window.asked") is None, "nothing is asked before a tap"
    page.set_viewport_size({"width": 412, "height": 600})
    assert moves(page) == 0, "the place of the button is kept"
    sound(page)
    page.get_by_role("button", name="Tell me in this browser").click()
    expect(page.locator("#browsers .state.on")).to_have_text("This browser")
    sound(page)
    the_push_service_moved(page, f"{push_service.origin}/send/moved", subscribed)
    news_of_a_copy(mai)
    ((path, _, body), *_) = eventually(lambda: push_service.taken, "the push")
    assert path == "/send/moved"
    said = subscribed.open(body).decode()
    assert shown_by_the_worker(page, telling.url, said) == [
        {"title": "Smartos Privacy", "body": "There is something new in your privacy portal."}
    ]
    mai.open("/inbox")
    expect(page.locator(".side")).to_contain_text("new")
    page.locator("main a.row[href^='/inbox/']", has_text="ready to download").first.click()
    expect(page.locator("main .said")).to_contain_text("It is one ZIP file")
    sound(page)
    mai.open("/inbox")
    page.get_by_role("button", name="Tell it no more").click()
    expect(page.get_by_role("button", name="Tell me in this browser")).to_be_visible()
    page.context.close()


def moves(page: Page) -> int:
    """Return by how much the end of the page moves when the script shows the button."""
    script = """() => {
      const form = document.getElementById("push"), end = () => document.documentElement.scrollHeight;
      const shown = end();
      form.hidden = true;
      const moved = shown - end();
      form.hidden = false;
      return moved;
    }"""
    return int(page.evaluate(script))


def the_push_service_moved(page: Page, endpoint: str, subscribed: Subscribed) -> None:
    """Give the service worker the event of a changed address; its own code tells the portal."""
    (worker,) = page.context.service_workers
    script = """async (made) => {
      const event = new Event("pushsubscriptionchange");
      let done;
      Object.assign(event, { newSubscription: { toJSON: () => made }, waitUntil: (work) => { done = work; } });
      self.dispatchEvent(event);
      await done;
    }"""
    worker.evaluate(script, {"endpoint": endpoint, "keys": subscribed.sent})


def news_of_a_copy(mai: Person) -> None:
    """Ask for a copy, of which a message tells when it is ready."""
    mai.open("/download")
    mai.page.locator("main form .button").first.click()
    mai.page.wait_for_load_state()


def shown_by_the_worker(page: Page, origin: str, said: str) -> list[dict[str, str]]:
    """Hand the opened message to the service worker, as the browser does; return the notifications that it shows."""
    devtools: CDPSession = page.context.new_cdp_session(page)
    registrations: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    number = next(one["registrationId"] for one in registrations if one["scopeURL"].startswith(origin))
    devtools.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": number, "data": said})
    script = """async () => {
      const there = await navigator.serviceWorker.ready;
      return (await there.getNotifications()).map(({ title, body }) => ({ title, body }));
    }"""
    found: list[dict[str, str]] = []
    for _ in range(50):
        found = page.evaluate(script)
        if found:
            break
        page.wait_for_timeout(200)
    assert "url" in json.loads(said)
    return found


def a_person(chromium: Browser, portal: Live) -> Person:
    context = chromium.new_context(
        viewport={"width": 1180, "height": 900}, locale="en", bypass_csp=True, permissions=["notifications"]
    )
    return Person(context.new_page(), portal, True, "en")


def sound(page: Page) -> None:
    """See that axe finds nothing on a page, and that it fits a phone."""
    assert [*faults(page), *too_wide(page, 320)] == []
    page.set_viewport_size({"width": 1180, "height": 900})
