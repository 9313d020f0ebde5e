"""The log as it is stored, read to the letter: no field of a model stands between a row and whoever checks it."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from portal.kernel.audit.digests import Row
from portal.kernel.db import is_sqlite, run

_POSTGRESQL_AT = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""


class Link(NamedTuple):
    """A seal as it is stored."""

    number: int
    at: str
    total: int
    rows: bytes
    previous: str
    head: str


def at() -> str:
    """Return the expression for a moment as text, the same in both engines."""
    return "at" if is_sqlite() else _POSTGRESQL_AT


def events(where: str, *values: Any) -> list[Row]:
    """Return events that satisfy a condition; of one that cannot be read, the id alone."""
    try:
        return _events(where, *values)
    except sqlite3.OperationalError:  # somebody wrote text that is none, into a column of SQLite
        numbers = run(f"SELECT id FROM audit_events WHERE {where}", *values).fetchall()
        return [_event(number) for (number,) in numbers]


def _events(where: str, *values: Any) -> list[Row]:
    found = run(f"SELECT id, {at()}, name, subject, actor, keys FROM audit_events WHERE {where}", *values)
    rows: list[Row] = found.fetchall()
    return rows


def _event(number: int) -> Row:
    try:
        return _events("id = ?", number)[0]
    except sqlite3.OperationalError:
        return (number, None, None, None, None, None)


def among(numbers: list[int]) -> str:
    """Return the condition for these ids, which are bound after it."""
    return f"id IN ({', '.join('?' * len(numbers))})"


def seal(where: str, *values: Any) -> Link | None:
    """Return the first seal that satisfies a condition with its order; of one that cannot be read, the number alone."""
    try:
        found = run(
            f"SELECT number, {at()}, total, rows, previous, head FROM audit_seals WHERE {where} LIMIT 1", *values
        )
        row = found.fetchone()
    except sqlite3.OperationalError:
        row = (*run(f"SELECT number FROM audit_seals WHERE {where} LIMIT 1", *values).fetchone(), "", 0, b"", "", "")
    return row and Link(*row)
