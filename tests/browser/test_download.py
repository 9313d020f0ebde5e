"""A copy in a browser: chosen, stopped, made again, taken on a phone and taken back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import Person, somebody
from tests.live import Live

pytestmark = pytest.mark.browser


@pytest.fixture(params=["scripts", "plain"])
def mai(request: pytest.FixtureRequest, chromium: Browser, live_portal: Live) -> Iterator[Person]:
    """Mai at a desk; or on a narrow phone, in Vietnamese, where no script runs."""
    scripts = request.param == "scripts"
    way = {"width": 1180, "language": "en"} if scripts else {"width": 390, "language": "vi"}
    with somebody(chromium, live_portal, scripts=scripts, **way) as person:  # type: ignore[arg-type]
        person.sign_in("mai.nguyen@example.com")
        yield person


def prepare(mai: Person) -> None:
    """Choose bookings and visits of one system alone, of some days, and send it."""
    page = mai.page
    mai.open("/download")
    expect(page.locator("input[name=system]:checked")).to_have_count(4)
    for system in ("crm", "whitelabel", "portal"):
        page.uncheck(f"#all-{system}")
    page.locator(".offer summary").first.click()
    for box in page.locator(".offer").first.locator("li input").all():
        if box.get_attribute("value") not in ("booking.bookings", "booking.visits"):
            box.uncheck()
    page.check("input[name=when][value=some]")
    page.fill("#since", "2020-01-01")
    page.click("#prepare")
    page.wait_for_url(re.compile(r"/download/R-"))


def test_a_copy_is_chosen_cancelled_made_again_fetched_and_taken_back(
    mai: Person, chromium: Browser, tmp_path: Path
) -> None:
    page = mai.page
    prepare(mai)
    page.click("#cancel")
    cancelled = page.url
    expect(page.locator(".asked")).to_contain_text("2020")
    page.click("#again")
    page.wait_for_url(lambda url: url != cancelled and "/download/R-" in url)
    ready = page.url
    mai.wait_for("#fetch")
    with page.expect_download() as download:
        page.click("#fetch")
    assert re.fullmatch(r"Smartos, .+ \(R-.+\)\.zip", download.value.suggested_filename)
    download.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        told = orjson.loads(archive.read("manifest.json"))
        assert {(one["source"], one["table"]) for one in told["files"] if "table" in one} == {
            ("booking", "bookings"), ("booking", "visits"),
        }  # fmt: skip
        assert told["this_copy"]["since"] == "2020-01-01"
    page.goto(ready)
    page.click("#link")
    address = page.locator("a.address").last.get_attribute("href") or ""
    read_on_a_phone(chromium, address)
    page.goto(ready)
    expect(page.locator("#fetched + .card .row")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.click("#disable")
    assert page.url == ready
    expect(page.locator("#again")).to_be_visible()
    assert status(chromium, address) == 410


def read_on_a_phone(chromium: Browser, address: str) -> None:
    """Open the page of a system on a phone without cookies and without scripts, in the dark."""
    phone = chromium.new_context(viewport={"width": 320, "height": 640}, color_scheme="dark", java_script_enabled=False)
    page = phone.new_page()
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("h1")).to_have_text("Smartos Booking App")
    assert page.locator(".records > li").count() > 1
    page.locator("nav a").last.click()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(20, 24, 27)"
    assert page.locator("html").evaluate("html => html.scrollWidth") <= 320
    assert phone.cookies() == []
    phone.close()


def status(chromium: Browser, address: str) -> int:
    context = chromium.new_context()
    answer = context.request.get(address, max_redirects=0)
    context.close()
    return answer.status


@pytest.mark.parametrize("mai", ["scripts"], indirect=True)
def test_a_box_of_a_system_ticks_all_of_it_and_follows_its_parts(mai: Person) -> None:
    page = mai.page
    mai.open("/download")
    offer = page.locator(".offer").first
    offer.locator("summary").click()
    whole, parts = offer.locator("input").first, offer.locator("li input")
    whole.uncheck()
    assert not any(box.is_checked() for box in parts.all())
    parts.nth(2).check()
    assert whole.is_checked()
    assert whole.evaluate("box => box.indeterminate")
    parts.nth(2).uncheck()
    assert not whole.is_checked()
    whole.check()
    assert all(box.is_checked() for box in parts.all())


@pytest.mark.parametrize("mai", ["scripts"], indirect=True)
def test_a_second_request_is_led_to_the_first(mai: Person) -> None:
    page = mai.page
    mai.open("/download")
    other = page.context.new_page()
    other.goto(page.url)
    other.click("#prepare")
    other.wait_for_url(re.compile(r"/download/R-"))
    page.click("#prepare")
    page.wait_for_url(re.compile(r"/download/R-"))
    if "already" in page.url:  # else the first one was ready before
        expect(page.locator("main .notice")).to_contain_text("already under way")
        assert page.url.startswith(other.url)
