"""What becomes of each column of a row that stays: the value it gets, and how to see that it has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.sources.manifest import Rule, Table
from portal.sources.sql.dialect import HASHED
from portal.sources.sql.ground import Ground
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.statement import Sql, bound

EMPTY: dict[str, str | int | bytes] = {
    "text": "", "other": "", "bytes": b"", "json": "{}", "integer": 0, "number": 0, "decimal": 0, "boolean": 0,
}  # fmt: skip
_KEY = re.compile(r"(\{key\})")


@dataclass(frozen=True)
class Change:
    """One column's part in an UPDATE. `due` holds where the column does not have its target yet."""

    column: str
    value: Sql
    due: Sql


def rules(ground: Ground, table: Table) -> Iterator[tuple[LiveColumn, Rule]]:
    """Yield the columns that change. A kept row loses what `keep.columns` does not name, but not its joints."""
    for column in ground.live(table).columns.values():
        stated = table.columns[column.name].erase if column.name in table.columns else None
        if stated:
            yield column, stated
        elif _goes(ground, table, column):
            yield column, Rule("null") if column.nullable else Rule("empty")


def _goes(ground: Ground, table: Table, column: LiveColumn) -> bool:
    named = table.keep.columns if table.keep else ()
    held = ground.manifest.joints(table) | set(ground.key(table))
    return bool(named) and not column.generated and column.name not in held.union(named)


def changes(ground: Ground, table: Table, pattern: str, salt: str) -> list[Change]:
    """Return the changes of a table's rows; `pattern` finds the person in free text, "" finds nothing."""
    for name in (name for name, column in table.columns.items() if column.erase):
        ground.column(table, name)  # a misspelt column must stop an erasure, not be passed over
    return [
        change(ground, table, column, rule, pattern, salt)
        for column, rule in rules(ground, table)
        if rule.kind != "redact" or pattern
    ]


def change(ground: Ground, table: Table, column: LiveColumn, rule: Rule, pattern: str = "", salt: str = "") -> Change:
    """Return what a rule makes of a column."""
    dialect, name = ground.dialect, ground.name(table, column.name)
    if rule.kind == "null":
        return Change(column.name, Sql("NULL"), name + " IS NOT NULL")
    if rule.kind == "redact":
        return Change(column.name, dialect.redacted(column, name, pattern), dialect.mentions(name, pattern))
    if rule.kind == "hash":
        due = dialect.text(name) + f" NOT LIKE '{HASHED}%'"
        return Change(
            column.name, "CASE WHEN " + due + " THEN " + dialect.hashed(name, salt) + " ELSE " + name + " END", due
        )
    target = bound(EMPTY.get(column.kind, "")) if rule.kind == "empty" else _words(ground, table, rule.text)
    if column.kind == "boolean" and rule.kind == "empty":
        target = Sql("false")
    differs = dialect.text(name) if column.kind in ("json", "other") else name
    return Change(column.name, target, "(" + name + " IS NULL OR " + differs + " <> " + target + ")")


def _words(ground: Ground, table: Table, words: str) -> Sql:
    """Return fixed words, or words around the row's own key where values must differ."""
    if "{key}" not in words:
        return bound(words)
    key = [ground.dialect.text(ground.name(table, column)) for column in ground.key(table)]
    own = ground.dialect.joined([part for column in key for part in (column, Sql("'-'"))][:-1])
    parts = [own if part == "{key}" else bound(part) for part in _KEY.split(words) if part]
    return ground.dialect.joined(parts)
