"""On a phone and without JavaScript: a name corrected at once, a bank account asked for with evidence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import somebody
from tests.cases.pictures import png
from tests.live import Live

pytestmark = pytest.mark.browser


def name_in(portal: Live, system: str, table: str) -> str:
    with closing(sqlite3.connect(portal.systems.database(system))) as connection:
        look = f"SELECT full_name FROM {table} WHERE lower(email) = 'mai.nguyen@example.com'"
        return str(connection.execute(look).fetchone()[0])


def edit_in_place(page: Page, name: str) -> None:
    """Correct the name where it is shown; the focus stays with the card, which says when each system has it."""
    card = page.locator("#detail-full_name")
    expect(card.get_by_role("heading", name="Full name")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#value-full_name")).to_be_focused()
    page.fill("#value-full_name", name)
    page.keyboard.press("Enter")
    expect(card).to_contain_text(f"New: {name}")
    expect(card.get_by_role("heading", name="Full name")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("It is being written into every system.")
    expect(card.locator(".hint", has_text="confirmed at")).to_have_count(3, timeout=60_000)
    expect(card.get_by_role("heading", name="Full name")).to_be_focused()


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_name_is_corrected_at_once_on_a_phone(chromium: Browser, live_portal: Live, scripts: bool) -> None:
    name = "Nguyễn Thị Mai Anh" if scripts else "Nguyễn Mai An"
    with somebody(chromium, live_portal, scripts=scripts, width=390) as mai:
        mai.sign_in("mai.nguyen@example.com")
        mai.open("/details")
        mai.page.click("#to-full_name")
        if scripts:
            edit_in_place(mai.page, name)
        else:
            mai.page.fill("#value", name)
            mai.page.click("#correct")
            mai.wait_for("#correction .row .state.on >> nth=2")
        width = mai.page.locator("main").bounding_box()
        assert width is not None
        assert width["x"] + width["width"] <= 390
    for system, table in (("booking", "users"), ("crm", "contacts"), ("whitelabel", "members")):
        assert name_in(live_portal, system, table) == name


def test_a_bank_account_is_asked_for_with_evidence_on_a_phone(
    chromium: Browser, live_portal: Live, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.png"
    letter.write_bytes(png())
    with somebody(chromium, live_portal, scripts=False, width=390) as mai:
        mai.sign_in("mai.nguyen@example.com")
        mai.open("/details")
        mai.page.click("#to-bank_account")
        mai.page.fill("#value", "Vietcombank 0071001234567")
        mai.page.fill("#why", "I changed banks.")
        mai.page.set_input_files("#files", letter)
        mai.page.click("#ask")
        text = mai.page.locator("main").text_content() or ""
        assert "Our staff look at it" in text
        assert "letter.png" in text
        assert "0071001234567" not in text
