"""Somebody adds a phone, signs another browser out, and says "this was not me", as people do it in Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from portal.demo import mailbox
from tests.browser.steps import Person, somebody
from tests.live import Live, eventually

MAI, PHONE, NEW = "mai.nguyen@example.com", "+84911222333", "mai.second@example.com"
pytestmark = pytest.mark.browser


def texts(portal: Live, phone: str) -> list[str]:
    """Return the text messages to a phone, the newest first, as the demo's mailbox shows them."""
    return [mail.text for mail in mailbox.newest(Path(portal.environ["PORTAL_DEMO"])) if mail.to == phone]


def add_phone(person: Person) -> None:
    person.open("/security")
    person.page.click("a[href='/security/add/phone']")
    person.page.fill("#address", "+84 911 222 333")
    person.page.click("main button.button")
    (text,) = eventually(lambda: texts(person.portal, PHONE), "a text message")
    found = re.search(r"\b\d{6}\b", text)
    assert found
    person.page.fill("#code", found[0])
    person.page.click("main button.button")
    person.page.wait_for_url("**/security")
    expect(person.page.locator("main")).to_contain_text(PHONE)


@pytest.mark.parametrize("way", [{"scripts": True, "width": 1180}, {"scripts": False, "width": 390, "language": "vi"}])
def test_a_person_guards_their_account(way: dict[str, object], chromium: Browser, live_portal: Live) -> None:
    with (
        somebody(chromium, live_portal, **way) as person,  # type: ignore[arg-type]
        somebody(chromium, live_portal, language=str(way.get("language", "en"))) as other,
    ):
        person.sign_in(MAI)
        add_phone(person)
        other.sign_in(MAI)
        person.open("/security")
        person.page.click("#end-others")
        expect(person.page.locator("#end-others")).to_have_count(0)
        expect(person.page.locator("#sessions .row")).to_have_count(1)
        other.open("/overview")
        assert "/sign-in" in other.page.url
        before = len(live_portal.mails())
        person.open("/security/add/email")
        person.page.fill("#address", NEW)
        person.page.click("main button.button")
        person.page.fill("#code", live_portal.code(before))
        person.page.click("main button.button")
        person.page.wait_for_url("**/security")
        told = eventually(
            lambda: [text for text in texts(live_portal, PHONE) if "not-me" in text], "a text with a link"
        )
        link = re.search(r"https?://\S+/security/not-me/\S+", told[0])
        assert link
        other.page.goto(link[0])
        person.open("/security")
        expect(person.page.locator("main")).to_contain_text(NEW)
        other.page.click("main button.danger")
        expect(other.page.locator(".notice.good")).to_be_visible()
        person.open("/security")
        assert "/sign-in" in person.page.url, "everybody is signed out"
