# ruff: noqa: S608 - names are our own, values are bound
"""Where the Whitelabel App's members were, for the portal's location page. A person is a JSON array of member ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.demo.moments import zulu

OPERATIONS = ("reported", "tally", "points", "forget")
MOST = 10_000  # points in one answer or one transaction
_MINE = "FROM places WHERE member_id IN (SELECT value FROM json_each(?))"


def answer(connection: sqlite3.Connection, operation: str, person: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one of the operations."""
    match operation:
        case "reported":
            return {"reported": _reported(connection, person)}
        case "tally":
            return _tally(connection, person, asked["spans"])
        case "points":
            return {"points": _points(connection, person, asked.get("after"), min(int(asked["limit"]), MOST))}
        case _:
            return {"deleted": _forget(connection, person, asked)}


def _reported(connection: sqlite3.Connection, person: str) -> dict[str, str] | None:
    row = connection.execute(
        "SELECT phone_location AS state, phone_location_at AS at FROM members"
        " WHERE id IN (SELECT value FROM json_each(?)) AND phone_location IS NOT NULL ORDER BY at DESC LIMIT 1",
        (person,),
    ).fetchone()
    return dict(row) if row else None


def _tally(connection: sqlite3.Connection, person: str, spans: list[Mapping[str, str]]) -> dict[str, Any]:
    connection.execute("BEGIN")  # one snapshot for all of the counts
    [first] = connection.execute(f"SELECT min(recorded_at) {_MINE}", (person,)).fetchone()
    inside = [_inside(span) for span in spans]
    counts = [connection.execute(f"SELECT count(*) {_MINE} {more}", (person, *ends)) for more, ends in inside]
    return {"first": first, "spans": [count.fetchone()[0] for count in counts]}


def _points(
    connection: sqlite3.Connection, person: str, after: Mapping[str, Any] | None, limit: int
) -> list[dict[str, Any]]:
    more, ends = _behind(after) if after else ("", [])
    rows = connection.execute(
        f"SELECT id, recorded_at, lat, lon {_MINE} {more} ORDER BY recorded_at DESC, id DESC LIMIT ?",
        (person, *ends, limit),
    )
    return [
        {"key": [row["id"]], "at": row["recorded_at"], "latitude": row["lat"], "longitude": row["lon"]} for row in rows
    ]


def _forget(connection: sqlite3.Connection, person: str, asked: Mapping[str, Any]) -> int:
    """Delete one point, or the oldest of a span; asked again, it deletes what is left."""
    if "point" in asked:
        [key] = asked["point"]
        return connection.execute(f"DELETE {_MINE} AND id = ?", (person, key)).rowcount
    more, ends = _inside(asked["span"])
    those = f"SELECT id {_MINE} {more} ORDER BY recorded_at LIMIT ?"
    most = min(int(asked["limit"]), MOST)
    return connection.execute(f"DELETE FROM places WHERE id IN ({those})", (person, *ends, most)).rowcount


def _inside(span: Mapping[str, str]) -> tuple[str, list[str]]:
    signs = {"since": ">=", "until": "<"}
    ends = [(sign, _next(span[name])) for name, sign in signs.items() if name in span]
    return "".join(f" AND recorded_at {sign} ?" for sign, _ in ends), [at for _, at in ends]


def _behind(after: Mapping[str, Any]) -> tuple[str, list[Any]]:
    if "key" in after:
        [key] = after["key"]
        return "AND (recorded_at, id) < (?, ?)", [zulu(_moment(after["at"])), key]
    if after.get("included"):
        return "AND recorded_at <= ?", [zulu(_moment(after["at"]))]
    return "AND recorded_at < ?", [_next(after["at"])]


def _next(at: str) -> str:
    """Return the first whole second that is not before a moment: points are written in seconds."""
    moment = _moment(at)
    return zulu(moment + timedelta(seconds=1) if moment.microsecond else moment)


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError(written)
    return at
