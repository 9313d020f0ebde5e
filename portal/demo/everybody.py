"""What the Whitelabel App tells of all of its members: who they are, what they chose, who is young."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal.demo import rights
from portal.demo.moments import zulu
from portal.demo.rights import Answer

MOST = 1_000  # members in one answer


def keys(connection: sqlite3.Connection, now: datetime) -> Iterator[Answer]:
    """Yield everybody the app knows, with what they can be found by."""
    yield {"as_of": zulu(now)}
    for row in connection.execute("SELECT id, email, phone, member_code FROM members ORDER BY id"):
        yield {"key": [row["id"]], "identifiers": list(rights.identifiers(row))}
    yield {"end": True}


def settings(connection: sqlite3.Connection, now: datetime) -> Iterator[Answer]:
    """Yield what is stored of everybody's choices."""
    yield {"as_of": zulu(now)}
    for row in connection.execute("SELECT * FROM members ORDER BY id"):
        yield {"key": [row["id"]], "stored": rights.stored([row])}
    yield {"end": True}


STREAMS = {"keys": keys, "settings": settings}


def young(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Answer:
    """Return who was born after a day, the youngest first."""
    rows = connection.execute(
        "SELECT id, birth_date, email, phone, member_code FROM members WHERE birth_date > ?"
        " ORDER BY birth_date DESC, id LIMIT ? OFFSET ?",
        (asked["born_after"], min(int(asked["limit"]), MOST), int(asked.get("offset", 0))),
    )
    told = [
        {"key": [row["id"]], "born": row["birth_date"], "identifiers": list(rights.identifiers(row))} for row in rows
    ]
    return {"young": told}
