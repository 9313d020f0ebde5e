"""The person whose string stands in every column."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from portal.demo.canary import plant
from portal.demo.crm import MESSAGES
from portal.demo.world import SYSTEMS, World

WORD = "canary-7f3a9c"
# What cannot hold a word: states with a list of values, moments that are checked, references, numbers of documents.
CLOSED = {
    "booking": {
        "users": {"locale", "location_level", "os_location_state"},
        "devices": {"platform"},
        "bookings": {"status"},
        "payments": {"provider", "currency", "status", "dispute"},
        "media_files": {"kind"},
    },
    "crm": {
        "contacts": {"marketing_events", *MESSAGES, "created_at", "updated_at"},
        "conversations": {"channel", "state", "opened_at"},
        "messages": {"direction", "sent_at"},
        "contracts": {"number", "currency"},
        "invoices": {"number", "currency", "issued_at", "due_at"},
        "invoice_lines": {"issued_at"},
        "campaign_sends": {"opened_at", "sent_at"},
    },
    "whitelabel": {
        "members": {"space", "birth_date", "location_level", "phone_location", "phone_location_at", "joined_at"},
        "memberships": {"space", "starts_on", "ends_on"},
        "check_ins": {"space", "checked_in_at"},
        "door_events": {"space", "opened_at"},
        "places": {"space", "recorded_at"},
        "posts": {"space", "posted_at"},
        "receipts": {"space", "number", "paid_on"},
    },
}
NOBODYS = {"booking": {"spaces"}, "crm": {"companies"}, "whitelabel": {"spaces", "answers"}}
TEXT_COLUMNS = (
    "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    " AND (c.type LIKE '%TEXT%' OR c.type LIKE '%CHAR%' OR c.type LIKE '%BLOB%')"
)


def _dump(systems: World, system: str) -> list[str]:
    with closing(sqlite3.connect(systems.database(system))) as connection:
        return list(connection.iterdump())


def test_the_string_is_in_every_column_that_can_hold_text(systems: World) -> None:
    canary = plant(systems, WORD)
    for system in SYSTEMS:
        with closing(sqlite3.connect(systems.database(system))) as connection:
            for table, column in connection.execute(TEXT_COLUMNS).fetchall():
                if table in NOBODYS[system] or column in CLOSED[system].get(table, set()):
                    continue
                holds = f"SELECT count(*) FROM {table} WHERE CAST({column} AS text) LIKE '%{WORD}%'"
                assert connection.execute(holds).fetchone()[0] > 0, f"{system}.{table}.{column}"
                assert (system, table, column) in canary.columns


def test_nothing_that_was_there_is_changed(systems: World) -> None:
    before = {system: _dump(systems, system) for system in SYSTEMS}
    plant(systems, WORD)
    for system in SYSTEMS:
        after = _dump(systems, system)
        assert set(before[system]) <= set(after)
        added = set(after) - set(before[system])
        assert all(WORD in line for line in added if '"favourites"' not in line and '"places"' not in line)


def test_two_can_be_planted_side_by_side(systems: World) -> None:
    one, other = plant(systems, "canary-one"), plant(systems, "canary-two")
    assert one.columns == other.columns
    assert one.keys != other.keys
    assert one.email == "canary-one@example.com"
