"""Values that a person may correct: read row by row, and written only where the old one still stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.sources import values
from portal.sources.base import DETAILS, Change, Held, Outcome
from portal.sources.sql.ground import Reach
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.session import Refuse, Session
from portal.sources.sql.statement import bound, joined

KINDS = ("text", "date")  # the types of columns that can be corrected


def details(session: Session, reach: Reach) -> list[Held]:
    """Return each value that can be corrected, of the first rows of each table by their key."""
    ground, found = reach.ground, list[Held]()
    for table in ground.manifest.tables.values():
        key, columns = ground.key(table), [column.name for column in table.correctable]
        if not key or not columns:
            continue
        by = joined((ground.name(table, name) for name in key), ", ")
        dated = [table.changed] if table.changed else []
        asked = joined((ground.name(table, name) for name in [*key, *columns, *dated]), ", ")
        rows = "SELECT " + asked + f" FROM {ground.from_(table)} WHERE " + reach.rows(table)
        for row in session.all(rows + " ORDER BY " + by + f" LIMIT {DETAILS}"):
            of_row = tuple(part if isinstance(part, int) else values.text(part) for part in row[: len(key)])
            pairs = zip(columns, row[len(key) : len(key) + len(columns)], strict=True)
            changed = text(row[-1]) if dated else None
            found += [Held(table.name, name, of_row, text(value), changed) for name, value in pairs]
    return found


def write(session: Session, reach: Reach, change: Change, refuse: Refuse) -> Outcome:
    """Write a value in its row of this person, which is locked while it is compared."""
    ground, table = reach.ground, reach.ground.manifest.tables[change.table]
    column = ground.column(table, change.column)
    if column.name not in {one.name for one in table.correctable}:
        raise refuse(f"correction: {change.table}.{change.column} is not to be corrected", True)
    row = reach.rows(table) + " AND " + ground.equals(table, ground.key(table), [change.key])
    chosen = "SELECT " + ground.name(table, column.name) + f" FROM {ground.from_(table)} WHERE " + row
    there = session.all(chosen + ground.dialect.lock)
    now = text(there[0][0]) if len(there) == 1 else None
    if len(there) == 1 and now == change.new:
        return "written"
    if len(there) != 1 or now != change.old:
        return "differs"
    sets = f"UPDATE {ground.from_(table)} SET {ground.bare(table, column.name)} = " + bound(typed(column, change.new))
    session.run(sets + " WHERE " + row)
    return "written"


def text(value: Any) -> str | None:
    """Return a value as it is compared and shown."""
    return None if value is None else values.text(value)


def typed(column: LiveColumn, value: str) -> Any:
    """Return a value in the type of its column."""
    return date.fromisoformat(value) if column.kind == "date" else value
