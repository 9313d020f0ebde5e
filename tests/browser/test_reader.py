"""The three main journeys as somebody goes them who hears the pages and has no mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.reader import Reader, differences
from tests.browser.steps import Person, somebody
from tests.live import Live

pytestmark = pytest.mark.browser


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    """Mai, signed in and found in every system."""
    with somebody(chromium, live_portal) as mai:
        mai.sign_in("mai.nguyen@example.com")
        mai.page.wait_for_selector("#looking:not([hx-get])", state="attached")
        yield mai


def test_saying_no_to_mail(person: Person) -> None:
    reader = Reader(person.page)
    person.open("/marketing")
    reader.arrive()
    reader.tab_to("Events")
    reader.press("Space")
    reader.listen("on")
    reader.stays()
    reader.press("Space")
    reader.listen("off")
    reader.stays()
    assert differences("journey-marketing", reader.text()) == []


def test_taking_a_copy(person: Person) -> None:
    reader = Reader(person.page)
    person.open("/download")
    reader.arrive()
    reader.tab_to("Prepare my copy")
    reader.press("Enter")
    person.wait_for("#fetch")
    reader.arrive()
    reader.tab_to("Download")
    assert differences("journey-download", reader.text()) == []


def test_leaving(person: Person) -> None:
    reader = Reader(person.page)
    person.open("/deletion")
    reader.arrive()
    reader.tab_to("Continue")
    reader.press("Enter")
    person.page.wait_for_url("**/deletion/check")
    reader.arrive()
    reader.tab_to("Delete my account")
    reader.press("Enter")
    person.page.wait_for_url("**/deletion/R-*")
    reader.arrive()
    reader.tab_to("Keep")
    assert differences("journey-deletion", reader.text()) == []
