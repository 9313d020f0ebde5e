# ruff: noqa: S608 - names come from the tables of rights.py, values are bound
"""What the Whitelabel App does once a member is gone: it looks through its texts, and lets receipts go in time."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.demo.rights import HOLDS, KEPT, TABLES, Answer
from portal.sources.keeping import first_kept
from portal.sources.sql import spellings

OPERATIONS = ("overdue", "expire")
MOST = 1_000  # people in one answer
HERE = "84"  # the calling code that members leave out of what they write


def sweep(connection: sqlite3.Connection, person: str, asked: Mapping[str, Any]) -> Answer:
    """Count the rows in whose texts the person's addresses and numbers still stand, and say whose they are."""
    sought = [(str(one["kind"]), str(one["value"])) for one in asked["sought"]]
    emails, phones = ([value for kind, value in sought if kind == wanted] for wanted in ("email", "phone"))
    wanted = spellings.pattern(emails, [(phone, HERE) for phone in phones], ())
    if not wanted:
        return {"mentions": []}
    _teach(connection, re.compile(wanted, re.IGNORECASE))
    tables = [table for table in TABLES if table in asked.get("tables", TABLES)]
    return {"mentions": [found for table in tables for found in _mentions(connection, table, person)]}


def _teach(connection: sqlite3.Connection, wanted: re.Pattern[str]) -> None:
    """Let SQL ask whether a text holds what is sought."""
    connection.create_function("holds", 1, lambda text: isinstance(text, str) and wanted.search(text) is not None)


def _mentions(connection: sqlite3.Connection, table: str, person: str) -> Iterator[Answer]:
    owner = "id" if table == "members" else "member_id"
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    for column in (row["name"] for row in columns if row["type"] == "TEXT"):
        stays = table in KEPT and column not in HOLDS[table]
        whose = f"CASE WHEN {owner} NOT IN (SELECT value FROM json_each(?)) THEN 'others' ELSE ? END"
        for why, rows in connection.execute(
            f"SELECT {whose}, count(*) FROM {table} WHERE holds({column}) GROUP BY 1",
            (person, "kept" if stays else "open"),
        ):
            yield {"table": table, "column": column, "rows": rows, "why": why}


def overdue(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Answer:
    """Name the next members whose rows of a table have come to their date, by their number alone."""
    column, _ = KEPT[asked["table"]]
    limit, last = min(int(asked["limit"]), MOST), int(asked["after"] or 0)
    rows = connection.execute(
        f"SELECT DISTINCT member_id FROM {asked['table']} WHERE {column} < ? AND member_id > ? ORDER BY 1 LIMIT ?",
        (asked["before"], last, limit + 1),
    ).fetchall()
    people = [{"key": [row["member_id"]], "identifiers": []} for row in rows[:limit]]
    return {"people": people, "next": str(rows[limit - 1]["member_id"]) if len(rows) > limit else None}


def expire(connection: sqlite3.Connection, asked: Mapping[str, Any], now: datetime, before: Answer) -> Answer:
    """Delete these members' rows in the present transaction; ValueError for a day that our own books do not allow.

    What went with an earlier try of the same call is told again.
    """
    column, years = KEPT[asked["table"]]
    tomorrow = (now + timedelta(days=1)).date()  # whoever asks may live where it is tomorrow already
    if asked["before"] > first_kept(tomorrow, years).isoformat():
        raise ValueError(asked["before"])
    members = json.dumps([int(key) for person in asked["people"] for (key,) in person["keys"]])
    gone = connection.execute(
        f"DELETE FROM {asked['table']} WHERE {column} < ? AND member_id IN (SELECT value FROM json_each(?))",
        (asked["before"], members),
    ).rowcount
    return {"rows": gone + before.get("rows", 0)}
