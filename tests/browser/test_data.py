"""A person with a hundred thousand records reads them page by page, with scripts and without."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests import independent
from tests.browser.steps import somebody
from tests.live import Live

pytestmark = pytest.mark.browser
WAYS: dict[str, Any] = {
    "wide": {"scripts": True, "width": 1180},
    "no-scripts-on-a-phone": {"scripts": False, "width": 390},
}
_VISITS = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO visits (user_id, page, started_at, seconds)
SELECT id, 'page ' || i, datetime('2020-01-01', '+' || i || ' minutes'), 5 FROM n, users WHERE lower(email) = ?"""


@pytest.mark.parametrize("way", WAYS)
def test_a_hundred_thousand_records_are_read_page_by_page(way: str, chromium: Browser, live_portal: Live) -> None:
    email = str(live_portal.systems.cast["everyday"].email)
    with closing(sqlite3.connect(live_portal.systems.database("booking"))) as db, db:
        db.execute("DELETE FROM visits WHERE user_id = (SELECT id FROM users WHERE lower(email) = ?)", (email,))
        db.execute(_VISITS, (email,))
    with somebody(chromium, live_portal, **WAYS[way]) as person:
        person.sign_in(email)
        person.open("/data")
        person.wait_for("a[href='/data/booking/visits']")
        said = "100,000 records" if person.scripts else "10,000+ records"  # a page does not wait until all are counted
        expect(person.page.locator("#system-booking")).to_contain_text(said)
        person.page.click("a[href='/data/booking/visits']")
        for newest in (100_000, 99_950, 99_900):
            shown = person.page.locator(".records li")
            assert shown.count() == 50
            assert f"page {newest}" in shown.first.inner_text()
            assert f"page {newest - 49}" in shown.last.inner_text()
            wide = person.page.evaluate("document.documentElement.scrollWidth") if person.scripts else 0
            assert wide <= 1180
            person.page.click("#older")
        person.page.click("#newest")
        assert "page 100000" in person.page.locator(".records li").first.inner_text()


def test_masked_values_are_shown_after_confirming(chromium: Browser, live_portal: Live) -> None:
    email = str(live_portal.systems.cast["everyday"].email)
    look = "SELECT bank_account FROM users WHERE lower(email) = ?"
    account = str(independent.value(live_portal.systems, "booking", look, email))
    with somebody(chromium, live_portal, scripts=False, width=390) as person:
        person.sign_in(email)
        person.wait_for("a[href='/data']")
        person.open("/data/booking/users")
        assert account not in person.page.content()
        person.page.click("text=Show after confirming")
        assert account in person.page.content()
