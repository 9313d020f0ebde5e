"""Another site loads /site-choices.js: nothing runs before somebody allows it, and the answer is obeyed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.conftest import Portal

SHOP, PRIVACY = "https://shop.example.test/", "https://privacy.example.test/site-choices.js"
HTML = f"""<!doctype html><html lang="en"><title>Shop</title><script src="{PRIVACY}"></script>
<h1>Shop</h1><button data-site-choices>Cookies</button>
<script type="text/plain" data-choice="statistics">document.body.dataset.counted = "yes"</script>
<script type="text/plain" data-choice="advertising">document.body.dataset.known = "yes"</script></html>"""

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(chromium: Browser, portal: Portal) -> Iterator[BrowserContext]:
    """A browser for which there is a shop that loads the script, at another site than the portal's."""
    script = portal.app.test_client().get("/site-choices.js").text

    def answer(route: Route) -> None:
        if route.request.url == PRIVACY:
            route.fulfill(body=script, content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(body=HTML, content_type="text/html; charset=utf-8")

    context = chromium.new_context()
    context.route("**/*", answer)
    yield context
    context.close()


def ran(page: Page) -> dict[str, str]:
    """Return what has run on the page."""
    found: dict[str, str] = page.evaluate("({...document.body.dataset})")
    return found


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_site_runs_what_somebody_allowed_and_nothing_before_and_remembers(shop: BrowserContext) -> None:
    page = shop.new_page()
    page.goto(SHOP)
    dialog = page.get_by_role("dialog", name="Cookies on this site")
    sizes = [dialog.get_by_role("button", name=name).bounding_box() for name in ("Refuse all", "Allow all")]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[0]["height"] == sizes[1]["height"] >= 44
    assert abs(sizes[0]["width"] - sizes[1]["width"]) < 2
    assert ran(page) == {}

    dialog.get_by_role("button", name="Refuse all").click()
    page.reload()
    assert dialog.count() == 0
    assert ran(page) == {}

    page.get_by_role("button", name="Cookies").click()
    page.keyboard.press("Space")  # the first kind that can be chosen has the focus
    dialog.get_by_role("button", name="Save").click()
    assert ran(page) == {"counted": "yes"}
    assert page.evaluate("siteChoices.may('advertising')") is False
    assert page.evaluate("siteChoices.may('nothing of the kind')") is False

    page.get_by_role("button", name="Cookies").click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="Refuse all").click()
    assert ran(page) == {}


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_where_the_browser_says_no_all_is_all_but_advertising(shop: BrowserContext) -> None:
    shop.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page = shop.new_page()
    page.goto(SHOP)
    page.get_by_role("button", name="Allow all").click()
    assert ran(page) == {"counted": "yes"}
    page.get_by_role("button", name="Cookies").click()
    assert page.get_by_role("checkbox", name="Advertising").is_disabled()
    assert page.get_by_text("off, because your browser asks for it").is_visible()
