"""A member of the staff goes in by mail and app, also without JavaScript, on a phone and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from portal.demo import crew
from tests.browser.steps import lay_crew, somebody
from tests.live import Live

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scripts", "width", "language"), [(True, 1180, "en"), (False, 390, "vi")])
def test_a_member_signs_in_and_keeps_new_recovery_codes(
    chromium: Browser, live_portal: Live, scripts: bool, width: int, language: str
) -> None:
    lay_crew(live_portal)
    with somebody(chromium, live_portal, scripts=scripts, width=width, language=language) as person:
        before = len(live_portal.mails())
        person.open("/staff/members")
        person.page.fill("#email", crew.CREW[0].email)
        person.page.keyboard.press("Enter")
        person.page.wait_for_url("**/code")
        person.page.fill("#code", live_portal.code(before))
        person.page.keyboard.press("Enter")
        person.page.wait_for_url("**/factor")
        expect(person.page.locator("#code")).to_have_attribute("autocomplete", "one-time-code")
        person.page.fill("#code", crew.code(crew.CREW[0]))
        person.page.keyboard.press("Enter")
        person.page.wait_for_url("**/staff/members")
        person.open("/staff/me")
        person.page.click("form[action='/staff/me/recovery-codes'] button")
        expect(person.page.locator(".codes li")).to_have_count(10)
        person.page.click("#sign-out button")
        person.page.wait_for_url("**/staff/sign-in")
        person.open("/staff/me")
        person.page.wait_for_url("**/staff/sign-in?next=/staff/me")
