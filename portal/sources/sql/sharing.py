"""Rows that several people share: they go with the last of those who refer to them (`shared = "while-used"`).

What refers are the foreign keys of the live schema and the link of the manifest, whoever covers their tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from portal.sources.base import Key
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.rules import rules
from portal.sources.sql.session import Session
from portal.sources.sql.statement import NEVER, Sql, either, joined


@dataclass(frozen=True)
class Use:
    """Columns of a real table that refer to columns of a shared one."""

    table: str
    columns: tuple[str, ...]
    to: tuple[str, ...]


class Going(Reach):
    """The rows of one person that an erasure of some tables takes: of shared ones those that nobody else uses."""

    def __init__(self, reach: Reach, only: Collection[str] | None = None) -> None:
        super().__init__(reach.ground, reach.person)
        self._all, self._only = reach, reach.ground.manifest.tables.keys() if only is None else only

    def rows(self, table: Table) -> Sql:
        """Return the condition that holds for the rows that go, or that an erasure changes."""
        found = super().rows(table)
        if table.link and table.link.while_used:
            for use in (use for use in uses(self.ground, table) if not _hangs_on(self.ground, table, use)):
                found = found + " AND NOT EXISTS (" + self._others(table, use) + ")"
        return found

    def _others(self, table: Table, use: Use) -> Sql:
        """Return the rows that use a row and will still do so when the person's have gone or let go."""
        leaving = [self._all.rows(one) for one in self._letting_go(use)] if use.table != table.real else []
        mine = "CASE WHEN " + (either(leaving) if leaving else NEVER) + " THEN 1 ELSE 0 END = 0"
        return _using(self.ground, table, use, "" if leaving else "portal_other") + " AND " + mine

    def _letting_go(self, use: Use) -> Iterator[Table]:
        for one in self.ground.manifest.tables.values():
            if one.real == use.table and one.name in self._only and lets_go(self.ground, one, use.columns):
                yield one


def lets_go(ground: Ground, table: Table, columns: Collection[str]) -> bool:
    """Tell whether an erasure ends what a table's rows refer to by some columns."""
    if table.erase == "delete":
        return True
    return any(column.name in columns and rule.kind == "null" for column, rule in rules(ground, table))


def shared(ground: Ground, only: Collection[str] | None = None) -> list[Table]:
    """Return the tables whose rows go with the last who uses them."""
    tables = ground.manifest.tables.values()
    return [one for one in tables if one.link and one.link.while_used and (only is None or one.name in only)]


def _hangs_on(ground: Ground, table: Table, use: Use) -> bool:
    """Tell whether what refers to a shared row is only there for it, and goes with it."""
    tables = [one for one in ground.manifest.tables.values() if one.real == use.table and one.link]
    return any(
        one.link.table == table.name and one.link.columns == use.columns and lets_go(ground, one, use.columns)
        for one in tables
        if one.link
    )


def uses(ground: Ground, table: Table) -> list[Use]:
    """Return what may refer to a table's rows."""
    found = [
        Use(name, key.columns, key.to)
        for name, live in ground.schema.items()
        for key in live.references
        if key.table == table.real and not live.part_of
    ]
    if table.link:
        found.append(Use(ground.manifest.tables[table.link.table].real, table.link.to, table.link.columns))
    return list(dict.fromkeys(found))


def candidates(session: Session, going: Going, only: Collection[str] | None) -> list[tuple[Table, list[Key]]]:
    """Read the keys of the shared rows that may go, while they are still reached."""
    return [(table, _keys(session, going, table)) for table in shared(going.ground, only)]


def unused(ground: Ground, table: Table) -> Sql:
    """Return the condition that nothing refers to a shared row any more."""
    return joined(
        ("NOT EXISTS (" + _using(ground, table, use, "portal_other") + ")" for use in uses(ground, table)), " AND "
    )


def _keys(session: Session, going: Going, table: Table) -> list[Key]:
    ground = going.ground
    columns = joined((ground.name(table, name) for name in ground.key(table)), ", ")
    return session.all("SELECT " + columns + f" FROM {ground.from_(table)} WHERE " + going.rows(table))


def _using(ground: Ground, table: Table, use: Use, alias: str) -> Sql:
    """Return a query of what uses a row; an alias keeps a table apart that refers to itself."""
    live, quote = ground.schema[use.table], ground.dialect.quote
    place = f"{quote(live.schema)}.{quote(live.name)}" if live.schema else quote(live.name)
    name = alias or place
    same = (
        Sql(f"{name}.{quote(column)} = ") + ground.name(table, to)
        for column, to in zip(use.columns, use.to, strict=True)
    )
    return Sql(f"SELECT 1 FROM {place}" + (f" AS {alias}" if alias else "") + " WHERE ") + joined(same, " AND ")
