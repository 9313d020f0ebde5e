"""What each system holds is counted live and shown by system; rows come page by page; nobody sees another's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from threading import Event

import pytest

from portal import config
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry, sql
from portal.sources.base import Person, Preview
from portal.subjects import holdings
from tests import independent
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

IDS = {"booking": "users", "crm": "contacts", "whitelabel": "members"}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def keys(portal: Portal, email: str) -> dict[str, int]:
    found = {}
    for system, table in IDS.items():
        look = f"SELECT id FROM {table} WHERE lower(email) = ?"
        found[system] = int(str(independent.value(portal.systems, system, look, email)))
    return found


def many(portal: Portal, user: int, rows: int) -> None:
    """Give somebody visits by the thousand."""
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db, db:
        db.execute("DELETE FROM visits WHERE user_id = ?", (user,))
        db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO visits"
            " (user_id, page, ip, user_agent, started_at, seconds) SELECT ?, 'page ' || i, '203.0.113.7', 'a phone',"
            " datetime('2020-01-01', '+' || (i / 2) || ' minutes'), 5 FROM n",
            (rows, user),
        )


def counted(page: Page) -> dict[str, str]:
    """Return what the page says of each table, by the address of its rows."""
    cards = [node for node in page.root.all("div", class_="row") if node.all("details")]
    return {card.one("a", class_="tall")["href"]: card.all("span", class_="state")[0].text for card in cards}


def test_every_table_with_rows_is_listed_with_as_many_as_there_are(mai: Member) -> None:
    page = mai.browser.get("data.page")
    held = independent.counts(mai.portal.systems, keys(mai.portal, mai.email), mai.email)
    shown = {address: words for address, words in counted(page).items() if not address.startswith("/data/portal/")}
    assert shown == {
        f"/data/{system}/{table}": f"{rows:,} record{'s' if rows != 1 else ''}"
        for (system, table), rows in held.items()
        if rows
    }
    assert [node.text for node in page.root.all("h2")][:4] == [
        "Smartos Booking App", "Smartos CRM", "Smartos Whitelabel App", "Smartos Privacy",
    ]  # fmt: skip
    assert "/data/portal/sessions" in counted(page)


def test_each_table_says_from_where_why_for_whom_how_long_who_decides_and_what_a_deletion_does(mai: Member) -> None:
    text = mai.browser.get("data.page").text
    for words in (
        "Your device reported it. Used for: Running the service you use; Keeping accounts and doors safe.",
        "Smartos, its accountants, and the tax office where the law asks",
        "18 months",
        "Kept, the last until",
        "Accounting law",
        "What tells who you are is removed",
        "While you have an account here",
    ):
        assert words in text, words
    spaces = "SELECT space FROM check_ins WHERE member_id = ?"
    code = independent.value(mai.portal.systems, "whitelabel", spaces, keys(mai.portal, mai.email)["whitelabel"])
    assert config.site().controllers[str(code)] in text


def test_the_menu_says_in_how_many_systems_somebody_was_found(mai: Member) -> None:
    assert "3 systems" in mai.browser.get("overview.page").root.all("a", href="/data")[0].text
    nobody = member(mai.portal, "nobody.knows@example.com")
    assert nobody.browser.get("overview.page").root.all("a", href="/data")[0].text == "Your data"


def test_somebody_whom_no_system_knows_sees_only_what_the_portal_holds(portal: Portal) -> None:
    page = member(portal, "nobody.knows@example.com").browser.get("data.page")
    assert page.text.count("It holds nothing of yours.") == 3
    assert all(address.startswith("/data/portal/") for address in counted(page))


def test_a_system_that_is_down_says_so_by_itself(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = registry.active().get("booking")

    def refuse(person: Person) -> Preview:
        raise booking.unavailable("down")

    monkeypatch.setattr(booking, "glance", refuse)
    page = mai.browser.get("data.page")
    assert "Smartos Booking App does not answer at the moment" in page.text
    assert not [address for address in counted(page) if address.startswith("/data/booking/")]
    assert [address for address in counted(page) if address.startswith("/data/crm/")]


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """CRM answers only when the test lets it."""
    crm, go_on = registry.active().get("crm"), Event()
    glance = crm.glance

    def wait(person: Person) -> Preview:
        go_on.wait(30)
        return glance(person)

    monkeypatch.setattr(crm, "glance", wait)
    monkeypatch.setattr(crm, "preview", wait)
    monkeypatch.setattr(holdings, "SOON", 0.2)
    yield go_on
    go_on.set()


def test_a_slow_system_does_not_hold_the_page_and_comes_by_itself(mai: Member, held_up: Event) -> None:
    page = mai.browser.get("data.page")
    region = page.root.one(id="system-crm")
    assert (region["hx-get"], region["hx-trigger"]) == ("/data/crm", "load")
    assert [address for address in counted(page) if address.startswith("/data/booking/")]
    held_up.set()
    alone = mai.browser.get("/data/crm", htmx=True)
    assert alone.root.one(id="system-crm")["hx-get"] == ""
    assert "/data/crm/contacts" in counted(alone)
    assert mai.browser.get("/data/crm").h1 == "Your data in Smartos CRM"


def test_a_system_that_says_nothing_for_long_is_silent_and_hangs_alone(
    mai: Member, held_up: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "PATIENCE", 0.2)
    for _ in range(5):  # more than may be under way at once
        mai.browser.get("/data/crm")
    page = mai.browser.get("/data/crm")
    assert "Smartos CRM does not answer at the moment" in page.text
    assert mai.browser.get("/data/booking/bookings").h1 == "Bookings"


def test_very_many_rows_are_counted_soon_to_a_number_and_then_to_the_end(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "GLANCED", 30)
    many(mai.portal, keys(mai.portal, mai.email)["booking"], 120)
    page = mai.browser.get("/data")
    region = page.root.one(id="system-booking")
    assert "30+ records" in region.text
    assert "we stopped counting there" in region.text
    assert (region["hx-get"], region["hx-trigger"]) == ("/data/booking", "load")
    assert page.root.one(id="system-crm")["hx-get"] == ""
    alone = mai.browser.get("/data/booking", htmx=True).root.one(id="system-booking")
    assert ("+ records" in alone.text, alone["hx-get"]) == (False, "")
    told = counted(mai.browser.get("/data/booking"))["/data/booking/visits"]
    assert int(told.removesuffix(" records")) >= 120


def test_a_system_that_takes_too_long_to_count_to_the_end_says_what_it_can(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking, go_on = registry.active().get("booking"), Event()
    monkeypatch.setattr(sql, "GLANCED", 2)
    monkeypatch.setattr(holdings, "PATIENCE", 0.5)
    monkeypatch.setattr(booking, "preview", lambda person: go_on.wait(30))
    region = mai.browser.get("/data/booking").root.one(id="system-booking")
    go_on.set()
    assert "2+ records" in region.text
    assert region["hx-get"] == ""


def test_the_number_of_statements_does_not_grow_with_the_rows(mai: Member) -> None:
    counts = []
    for rows in (3, 2_000):
        many(mai.portal, keys(mai.portal, mai.email)["booking"], rows)
        for path in ("/data", "/data/booking/visits"):
            with queries() as statements:
                mai.browser.get(path)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert counts[1] <= 5


def test_rows_come_fifty_a_page_the_newest_first_and_each_once(mai: Member) -> None:
    many(mai.portal, keys(mai.portal, mai.email)["booking"], 120)
    page, seen = mai.browser.get("/data/booking/visits"), []
    while True:
        assert "203.0.113.7" not in page.response.request.url
        seen.append([node.text.removeprefix("Page ") for node in page.root.all("div") if node.text.startswith("Page ")])
        if "Older records" not in page.links:
            break
        page = page.click("Older records")
    assert [len(names) for names in seen] == [50, 50, 20]
    assert [name for names in seen for name in names] == [f"page {number}" for number in range(120, 0, -1)]
    assert "Back to the newest" in page.links
    assert page.h1 == "Visits to the app"


def test_a_hundred_thousand_rows_are_not_read_for_a_page(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    many(mai.portal, keys(mai.portal, mai.email)["booking"], 100_000)
    booking = registry.active().get("booking")
    steps = []

    def connect(write: bool) -> sqlite3.Connection:
        opened = type(booking._dialect).connect(booking._dialect, write)  # type: ignore[attr-defined]
        opened.set_progress_handler(lambda: steps.append(1), 1000)
        return opened

    monkeypatch.setattr(booking._dialect, "connect", connect)  # type: ignore[attr-defined]
    page = mai.browser.get("/data/booking/visits")
    assert "Page page 100000" in page.text
    assert "Page page 99950" in page.click("Older records").text
    assert len(steps) < 20, "thousands of steps of SQLite's machine: a page is some, all rows are hundreds"


def test_bank_accounts_are_masked_until_confirmed_and_each_look_is_logged(mai: Member) -> None:
    look = "SELECT bank_account FROM users WHERE lower(email) = ?"
    account = str(independent.value(mai.portal.systems, "booking", look, mai.email))
    page = mai.browser.get("/data/booking/users")
    assert account not in page.text
    assert f"•••• {account[-4:]}" in page.text
    assert AuditEvent.select().where(AuditEvent.name == "data.shown").count() == 0
    shown = page.click("Show after confirming")
    assert account in shown.text
    assert AuditEvent.select().where(AuditEvent.name == "data.shown").get().keys == {
        "source": "booking",
        "table": "users",
    }
    with clock.later(timedelta(minutes=16)):
        assert page.click("Show after confirming").path == "/confirm"
    assert account not in shown.click("Mask it again").text


def test_what_is_not_for_the_person_is_not_shown(mai: Member) -> None:
    text = mai.browser.get("/data/booking/users").text
    assert "Full name Nguyễn" in text
    for column in ("Password", "password_hash"):
        assert column not in text
    assert "digest" not in mai.browser.get("/data/portal/sessions").text.casefold()


def test_a_stranger_finds_no_rows_of_others_and_no_tables_of_their_own(mai: Member) -> None:
    stranger = member(mai.portal, "nobody.knows@example.com")
    places = counted(mai.browser.get("data.page"))
    for address in places:
        if not address.startswith("/data/portal/"):
            for path in (address, address + "/in-full"):
                stranger.browser.get(path, status=404)
    for path in ("/data/nothing", "/data/nothing/users", "/data/booking/nothing", "/data/portal/tallies"):
        mai.browser.get(path, status=404)
    many(mai.portal, keys(mai.portal, mai.email)["booking"], 60)
    older = mai.browser.get("/data/booking/visits").links["Older records"]
    sharer = member(mai.portal, "sharer")
    for given in (older, older[:-4] + "AAAA", "/data/booking/visits?after=x", older.replace("visits", "bookings")):
        sharer.browser.get(given, status=404)


def test_a_system_that_is_down_is_named_where_its_rows_were_asked_for(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = registry.active().get("booking")

    def refuse(*asked: object) -> None:
        raise SourceUnavailable(source="Smartos Booking App")

    monkeypatch.setattr(booking, "page", refuse)
    assert "does not answer" in mai.browser.get("/data/booking/visits", status=503).text


def test_every_page_of_every_table_opens_in_vietnamese(portal: Portal) -> None:
    browser: Browser = member(portal, "everyday", "vi").browser
    page = browser.get("data.page")
    assert page.h1 == "Dữ liệu của bạn"
    for address in counted(page):
        browser.get(address)
