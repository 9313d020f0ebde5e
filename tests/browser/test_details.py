"""On a phone and without JavaScript: a name corrected at once, a bank account asked for with evidence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.steps import somebody
from tests.cases.pictures import png
from tests.live import Live

pytestmark = pytest.mark.browser


def name_in(portal: Live, system: str, table: str) -> str:
    with closing(sqlite3.connect(portal.systems.database(system))) as connection:
        look = f"SELECT full_name FROM {table} WHERE lower(email) = 'mai.nguyen@example.com'"
        return str(connection.execute(look).fetchone()[0])


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_name_is_corrected_at_once_on_a_phone(chromium: Browser, live_portal: Live, scripts: bool) -> None:
    name = "Nguyễn Thị Mai Anh" if scripts else "Nguyễn Mai An"
    with somebody(chromium, live_portal, scripts=scripts, width=390) as mai:
        mai.sign_in("mai.nguyen@example.com")
        mai.open("/details")
        mai.page.click("#detail-full_name a")
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
        mai.page.click("#detail-bank_account a")
        mai.page.fill("#value", "Vietcombank 0071001234567")
        mai.page.fill("#why", "I changed banks.")
        mai.page.set_input_files("#files", letter)
        mai.page.click("#ask")
        text = mai.page.locator("main").text_content() or ""
        assert "Our staff look at it" in text
        assert "letter.png" in text
        assert "0071001234567" not in text
