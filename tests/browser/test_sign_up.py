"""Signing up on a phone, in Vietnamese, with JavaScript off; and whoever is too young, going back."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import somebody
from tests.live import Live

pytestmark = pytest.mark.browser
LAN = "lan.new@example.com"


def test_somebody_new_makes_an_account_and_signs_out(chromium: Browser, live_portal: Live) -> None:
    with somebody(chromium, live_portal, scripts=False, width=390, language="vi") as person:
        page = person.page
        person.tell_birth(2001, LAN)
        expect(page.locator("main")).to_contain_text("Bạn sinh ngày 3 tháng 3 năm 2001.")
        page.click("button[value=change]")
        assert page.input_value("#born-year") == "2001", "what was typed stays"
        page.fill("#born-year", "2000")
        page.click("main button.button")
        page.click("button[value=yes]")
        page.fill("#code", live_portal.code(0))
        page.click("main button.button")
        page.wait_for_url("**/overview")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        person.open("/marketing")
        assert page.locator("[role=switch][aria-checked=true]").count() == 0
        page.click("#sign-out button")
        person.open("/overview")
        assert "/sign-in" in page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_whoever_is_too_young_gets_the_same_answer_after_going_back(
    scripts: bool, chromium: Browser, live_portal: Live
) -> None:
    with somebody(chromium, live_portal, scripts=scripts, width=390, language="vi") as person:
        page = person.page
        person.tell_birth(date.today().year - 9, LAN)
        page.click("button[value=yes]")
        refused = "Chúng tôi không thể tạo tài khoản cho bạn"
        expect(page.locator("h1")).to_have_text(refused)
        page.evaluate("history.go(-2)")  # back over the page that said the date, which was posted and is not kept
        page.wait_for_url("**/sign-up")
        expect(page.locator("h1")).to_have_text(refused)
        assert page.locator("#born-year").count() == 0, "there is nothing to type another date into"
        person.open("/sign-up")
        expect(page.locator("h1")).to_have_text(refused)
    assert live_portal.mails() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_password_can_be_looked_at_where_scripts_run_and_is_set_either_way(
    scripts: bool, chromium: Browser, live_portal: Live
) -> None:
    password = "kettle Orchard 7 vanishing tram"
    with somebody(chromium, live_portal, scripts=scripts, width=390, language="vi") as person:
        page = person.page
        person.sign_in("mai.nguyen@example.com")
        person.open("/security/password")
        page.fill("#password", password)
        show = page.locator("[data-reveals=password]")
        expect(show).to_be_visible(visible=scripts)
        if scripts:
            show.click()
            expect(page.locator("#password")).to_have_attribute("type", "text")
            expect(show).to_have_attribute("aria-pressed", "true")
        page.click("main button.button:not([type])")
        page.wait_for_url("**/security/password/saved")
        page.click("#sign-out button")
        person.open("/sign-in/password")
        page.fill("#email", "mai.nguyen@example.com")
        page.fill("#password", password)
        page.click("main button.button:not([type])")
        page.wait_for_url("**/overview")
