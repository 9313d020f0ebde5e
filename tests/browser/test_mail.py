"""Mails as people open them: every message read by axe, and the way from a mail off its list and to all choices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.notices import messages, service
from portal.notices.models import Message
from tests.browser.reader import steady
from tests.browser.steps import letter, somebody
from tests.browser.test_axe import AXE, faults, too_wide
from tests.conftest import Portal
from tests.live import Live, eventually
from tests.notices.every import every, queue

pytestmark = pytest.mark.browser
MAI = "mai.nguyen@example.com"


@pytest.mark.timeout(600)
def test_axe_finds_nothing_in_any_mail_and_none_loads_anything(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 900}, bypass_csp=True)
    context.add_init_script(path=AXE)
    page, wrong, asked = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    written = files(tmp_path)
    for file in written:
        page.goto(file.as_uri())
        wrong += [f"{file.name}: {fault}" for fault in (*faults(page), *too_wide(page, 390))]
    assert len(written) > 2 * len(messages.DECLARED)
    assert wrong == []
    assert asked == [file.as_uri() for file in written], "a mail is whole without any image or font"
    context.close()


def files(folder: Path) -> list[Path]:
    """Write each message in each language into a file; of those that differ in a number alone, one."""
    seen: dict[str, Path] = {}
    for language in ("en", "vi"):
        for number, (name, facts) in enumerate(every()):
            cause = f"{language} {number}"
            queue(name, messages.Recipient(MAI, language, account=7), cause, facts)
            html = service.drawn(Message.get(Message.cause.startswith(cause)))["body.html"]
            if steady(html) not in seen:
                seen[steady(html)] = folder / f"{language}-{number}-{name}.html"
                seen[steady(html)].write_text(html, encoding="utf-8")
            Message.delete().execute()
    return list(seen.values())


def test_from_a_mail_off_its_list_and_to_every_choice_without_signing_in(chromium: Browser, live_portal: Live) -> None:
    with somebody(chromium, live_portal) as mai:
        mai.sign_in(MAI)
        mai.open("/marketing")
        for name in ("Events by e-mail", "Events by SMS"):
            mai.page.get_by_role("switch", name=name).click()
            expect(mai.page.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
    text = letter(live_portal, MAI)
    with somebody(chromium, live_portal, scripts=False, width=390) as reader:
        page = reader.page
        page.goto(link(text, "unsubscribe"))
        expect(page.locator("main")).to_contain_text("Nothing has changed so far")
        press(page, "Unsubscribe")
        expect(page.locator("h1")).to_have_text("You are unsubscribed")
        expect(page.locator("main")).to_contain_text("Events by e-mail: off since")
        said = eventually(lambda: [one for one in live_portal.texts() if "no longer sent" in one], "a confirmation")
        page.goto(link(said[0], "preferences"))
        expect(page.locator("main")).not_to_contain_text(MAI)
        expect(page.get_by_role("button", name="Switch off: Events by e-mail")).to_have_count(0)
        press(page, "Switch off: Events by SMS")
        expect(page.locator("main")).to_contain_text("Events by SMS: off since")
        expect(page.get_by_role("button", name="Switch off: Events by SMS")).to_have_count(0)
        page.get_by_role("link", name="Sign in to switch something on").click()
        expect(page.locator("h1")).to_have_text("Sign in")


def press(page: Page, name: str) -> None:
    """Press a button by the keyboard."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def link(text: str, place: str) -> str:
    found = re.search(rf"https?://\S+/{place}/\S+", text)
    assert found, text
    return found[0]
