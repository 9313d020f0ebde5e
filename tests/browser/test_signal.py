"""A real browser that sends Global Privacy Control: obeyed at once, shown, remembered, and nobody else is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import somebody
from tests.live import Live

pytestmark = pytest.mark.browser
ALLOWED = "Advertising elsewhere"


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_browser_that_says_no_is_obeyed_and_its_later_silence_undoes_nothing(
    chromium: Browser, live_portal: Live, scripts: bool
) -> None:
    """RULES §18 lines 8 and 40: at the end no page has asked another host."""
    with somebody(chromium, live_portal, scripts=scripts, width=390) as mai:
        mai.sign_in("mai.nguyen@example.com")
        mai.open("/sharing")
        switch = mai.page.get_by_role("switch", name=ALLOWED)
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")
        mai.page.set_extra_http_headers({"Sec-GPC": "1"})
        mai.open("/sharing")
        expect(mai.page.locator("#choices [role=status]")).to_contain_text("Your browser's request is honoured")
        for one in mai.page.get_by_role("switch").all():
            expect(one).to_have_attribute("aria-checked", "false")
        mai.page.set_extra_http_headers({})
        mai.open("/overview")
        mai.open("/sharing")
        expect(switch).to_have_attribute("aria-checked", "false")
        expect(mai.page.locator("main")).to_contain_text("because your browser asked")
        outgoing = mai.page.locator("main a[rel~=noreferrer]")
        for number in range(outgoing.count()):
            expect(outgoing.nth(number)).to_contain_text("another site")
