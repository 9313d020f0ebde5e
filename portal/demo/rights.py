# ruff: noqa: S608 - names come from the tables below, values are bound
"""What the Whitelabel App does for a person's rights, on its own database. The door to it is whitelabel.py.

A person is a list of member ids, handed to SQL as one JSON array. Every table has a `space`, which is the controller of
the row.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.demo.moments import zulu
from portal.kernel import spelling
from portal.sources.keeping import kept_until

Answer = dict[str, Any]
PATIENCE = 5000  # milliseconds to wait for somebody who reads or writes
MATCH = {"email": "email", "phone": "phone", "external_id": "member_code"}
# The parent first: read in this order, erased in the other. Door events stay as counts of a door, without a person;
# receipts stay as the books need them, without a name.
TABLES = {
    "members": "delete",
    "memberships": "delete",
    "check_ins": "delete",
    "door_events": "anonymise",
    "places": "delete",
    "posts": "delete",
    "receipts": "keep",
}
LOSES = {"door_events": "member_id = NULL, badge = NULL", "receipts": "payer = NULL"}  # what goes of rows that stay
HOLDS = {"receipts": " AND payer IS NOT NULL"}  # which of the person's rows an erasure has still to change
KEPT = {"receipts": ("paid_on", 10)}  # the date from which on rows are kept for so many years
# The column of `members` that holds each choice, and what stands there for each state.
CHOICES: Mapping[str, tuple[str, Mapping[str, str | int]]] = {
    "marketing.events.email": ("mail_events", {"off": 0, "on": 1}),
    "marketing.programmes.email": ("mail_programmes", {"off": 0, "on": 1}),
    "marketing.programmes.push": ("push_programmes", {"off": 0, "on": 1}),
    "marketing.events.push": ("push_events", {"off": 0, "on": 1}),
    "marketing.events.zalo": ("zalo_events", {"off": 0, "on": 1}),
    "restriction": ("restricted", {"off": 0, "on": 1}),
    "location.level": ("location_level", {"off": "off", "approximate": "approximate", "precise": "precise"}),
}


# The columns of `members` that can be corrected: what somebody is found by only for whoever has been looked at.
CORRECTS = ("full_name", "email", "phone", "birth_date")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database; whoever writes begins the transaction and commits it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for pragma in ("foreign_keys = on", "secure_delete = on", f"busy_timeout = {PATIENCE}"):
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def describe(connection: sqlite3.Connection) -> Answer:
    """Say which tables, columns and choices there are."""
    columns = {table: [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")] for table in TABLES}
    tables: Answer = {table: {"erase": erase, "columns": columns[table]} for table, erase in TABLES.items()}
    tables["members"]["corrects"] = list(CORRECTS)
    for table, (column, years) in KEPT.items():
        tables[table]["keep"] = {"column": column, "years": years}
    can = {"identifiers": list(MATCH), "preferences": list(CHOICES), "location": True, "sweep": True, "retention": True}
    return {"protocol": 1, "tables": tables, **can}


def find(connection: sqlite3.Connection, identifiers: list[tuple[str, str]]) -> Answer:
    """Return the key of everybody whom one of the identifiers belongs to."""
    known = [(MATCH[kind], value) for kind, value in identifiers if kind in MATCH]
    found = {row["id"] for column, value in known for row in _members(connection, column, value)}
    return {"keys": [[key] for key in sorted(found)]}


def counts(connection: sqlite3.Connection, person: str, now: datetime) -> Answer:
    """Count the person's rows a table and space, and how many of them an erasure has still to delete or change."""
    lines = [
        {"table": table, "controller": row["space"], "rows": row["n"], "remaining": row["due"], **_until(table, row)}
        for table in TABLES
        for row in connection.execute(_counted(table), (person,))
    ]
    return {"as_of": zulu(now), "lines": lines, "blockers": []}


def access(connection: sqlite3.Connection, person: str, now: datetime) -> Iterator[Answer]:
    """Yield the head, every row of the person and the end, from one snapshot."""
    connection.execute("BEGIN")
    yield {"as_of": zulu(now), "counts": {table: _count(connection, table, person) for table in TABLES}}
    for table in TABLES:
        for row in connection.execute(f"SELECT * FROM {table} {_of(table)} ORDER BY id", (person,)):
            yield {"table": table, "row": {column: _plain(value) for column, value in dict(row).items()}}
    yield {"end": True}


def page(connection: sqlite3.Connection, person: str, now: datetime, asked: Mapping[str, Any]) -> Iterator[Answer]:
    """Yield the head, some rows of one table with the newest first, and the end; `next` in the head leads on."""
    table, limit, last = asked["table"], int(asked["limit"]), asked.get("after") or None
    if table not in TABLES:
        raise ValueError(table)
    wanted = f"SELECT * FROM {table} {_of(table)} AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?"
    rows = connection.execute(wanted, (person, last, int(last or 0), limit + 1)).fetchall()
    following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    yield {"as_of": zulu(now), "counts": {table: len(rows[:limit])}, "next": following}
    for row in rows[:limit]:
        yield {"table": table, "row": {column: _plain(value) for column, value in dict(row).items()}}
    yield {"end": True}


def erase(connection: sqlite3.Connection, person: str, only: Collection[str], before: Answer) -> Answer:
    """Erase the person in the present transaction; return how many rows went or changed, those of before added.

    `only` names the tables that go; the member's own row takes all others with it.
    """
    rows: Counter[str] = Counter(before.get("rows", {}))
    going = TABLES if "members" in only else {table: TABLES[table] for table in TABLES if table in only}
    for table, how in reversed(going.items()):
        verb = f"DELETE FROM {table}" if how == "delete" else f"UPDATE {table} SET {LOSES[table]}"
        rows[table] += connection.execute(f"{verb} {_of(table)}{HOLDS.get(table, '')}", (person,)).rowcount
    return {"done": True, "rows": +rows}


def prefer(connection: sqlite3.Connection, person: str, choices: Mapping[str, str], before: Answer) -> Answer:
    """Write the choices in the present transaction and return what is stored; KeyError if one is unknown.

    What was written before under the same key is not written again, for a newer choice may stand there by now.
    """
    if before:
        return before
    values = {CHOICES[name][0]: CHOICES[name][1][state] for name, state in choices.items()}
    if values:
        written = ", ".join(f"{column} = ?" for column in values)
        connection.execute(f"UPDATE members SET {written} {_of('members')}", (*values.values(), person))
    members = connection.execute(f"SELECT * FROM members {_of('members')}", (person,)).fetchall()
    return {"stored": stored(members)}


def stored_by(connection: sqlite3.Connection, people: Sequence[Collection[int]]) -> Answer:
    """Return what is stored of many people, each a few member ids, in their order."""
    wanted = json.dumps([key for keys in people for key in keys])
    rows = {row["id"]: row for row in connection.execute(f"SELECT * FROM members {_of('members')}", (wanted,))}
    return {"people": [{"stored": stored([rows[key] for key in keys if key in rows])} for keys in people]}


def correct(connection: sqlite3.Connection, person: str, change: Mapping[str, Any], before: Answer) -> Answer:
    """Write one value in the present transaction where the old one still stands; ValueError for what is not corrected.

    What was answered before under the same key is answered again, for the value may have gone on since.
    """
    if before:
        return before
    column, [key] = change["column"], change["key"]
    if change["table"] != "members" or column not in CORRECTS or not isinstance(change["new"], str):
        raise ValueError(column)
    mine = f"{_of('members')} AND id = ?"
    row = connection.execute(f"SELECT {column} AS value FROM members {mine}", (person, int(key))).fetchone()
    if row is None or row["value"] not in (change["old"], change["new"]):
        return {"outcome": "differs"}
    connection.execute(f"UPDATE members SET {column} = ? {mine}", (change["new"], person, int(key)))
    return {"outcome": "written"}


def once(connection: sqlite3.Connection, key: str, now: datetime, work: Callable[[Answer], Answer]) -> Answer:
    """Do the work in one transaction and remember its answer, which it is given when the same key comes again."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        known = connection.execute("SELECT answer FROM answers WHERE request_key = ?", (key,)).fetchone()
        answer = work(json.loads(known["answer"]) if known else {})
        connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, json.dumps(answer), zulu(now)))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return answer


def compact(connection: sqlite3.Connection) -> None:
    """Leave nothing of erased rows in the file: free pages and the write-ahead log are written over or cut.

    Raises sqlite3.OperationalError while somebody reads; the portal asks again.
    """
    connection.execute("VACUUM")
    if connection.execute("PRAGMA wal_checkpoint(truncate)").fetchone()[0]:
        raise sqlite3.OperationalError("a reader holds the write-ahead log")


def _members(connection: sqlite3.Connection, column: str, value: str) -> list[sqlite3.Row]:
    ways = json.dumps(spelling.canonical(value))
    return connection.execute(
        f"SELECT id FROM members WHERE {column} IN (SELECT value FROM json_each(?))", (ways,)
    ).fetchall()


def _counted(table: str) -> str:
    """Return what counts a person's rows by space: all, those that an erasure has still to change, the latest date."""
    due, dated = HOLDS.get(table, "").removeprefix(" AND ") or "1", KEPT.get(table, ("NULL",))[0]
    return (
        f"SELECT space, count(*) AS n, sum({due}) AS due, max({dated}) AS latest FROM {table} {_of(table)} GROUP BY 1"
    )


def _until(table: str, row: sqlite3.Row) -> Answer:
    """Say how long rows are kept at the longest."""
    until = kept_until(row["latest"], KEPT[table][1]) if table in KEPT else None
    return {"until": until.isoformat()} if until else {}


def _count(connection: sqlite3.Connection, table: str, person: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table} {_of(table)}", (person,)).fetchone()[0])


def identifiers(row: sqlite3.Row) -> Iterator[dict[str, str]]:
    """Yield what a member is found by, as the protocol writes it; what is no phone number is none."""
    for kind, column in MATCH.items():
        value = row[column] or ""
        if value and (kind != "phone" or value.startswith("+")):
            yield {"kind": kind, "value": value.lower() if kind == "email" else value}


def _of(table: str) -> str:
    column = "id" if table == "members" else "member_id"
    return f"WHERE {column} IN (SELECT value FROM json_each(?))"


def stored(members: list[sqlite3.Row]) -> dict[str, str]:
    """Return the state of each choice that all rows of a person have; nothing where there is no row."""
    return {name: _state(members, *choice) for name, choice in CHOICES.items() if members}


def _state(members: list[sqlite3.Row], column: str, values: Mapping[str, str | int]) -> str:
    """Return the state that all rows of the person have, or say that they differ."""
    states = {state for row in members for state, value in values.items() if row[column] == value}
    return states.pop() if len(states) == 1 else "mixed"


def _plain(value: Any) -> Any:
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
