"""A manifest laid on the live schema of its database: names, keys, kinds, and how a person's rows are reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from portal.kernel.spelling import canonical
from portal.sources import graph
from portal.sources.base import Key, Person
from portal.sources.identifiers import phone_digits
from portal.sources.manifest import Manifest, Match, Table
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.schema import LiveColumn, LiveTable, Schema, edges
from portal.sources.sql.session import Refuse
from portal.sources.sql.statement import NEVER, Sql, among, either, joined

_SORTED = {"integer", "text", "uuid", "decimal", "datetime", "date", "bytes"}  # a driver gives them as they are
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class Ground:
    """What every statement is built on. A name that the database does not have is refused, permanently."""

    def __init__(self, manifest: Manifest, schema: Schema, dialect: Dialect, refuse: Refuse) -> None:
        self.manifest, self.schema, self.dialect, self._refuse = manifest, schema, dialect, refuse

    @property
    def subject(self) -> Table:
        """The table whose rows are the persons."""
        return self.manifest.tables[self.manifest.subject.table]

    def live(self, table: Table) -> LiveTable:
        """Return a table as the database has it."""
        if table.real not in self.schema:
            raise self._refuse(f"the database has no table {table.real}", True)
        return self.schema[table.real]

    def column(self, table: Table, name: str) -> LiveColumn:
        """Return a column as the database has it."""
        if name not in self.live(table).columns:
            raise self._refuse(f"table {table.real} has no column {name}", True)
        return self.live(table).columns[name]

    def key(self, table: Table) -> tuple[str, ...]:
        """Return the columns that tell a table's rows apart, or none."""
        return table.key or self.live(table).key

    def sorts(self, table: Table) -> bool:
        """Tell whether a table's rows can be told apart and put in order by its key, and no row is without one."""
        columns = [self.column(table, name) for name in self.key(table)]
        return bool(columns) and all(column.kind in _SORTED and not column.nullable for column in columns)

    def from_(self, table: Table) -> str:
        """Return the quoted name of the real table."""
        live = self.live(table)
        name = self.dialect.quote(live.name)
        return f"{self.dialect.quote(live.schema)}.{name}" if live.schema else name

    def bare(self, table: Table, column: str) -> str:
        """Return the quoted name of a column."""
        return self.dialect.quote(self.column(table, column).name)

    def name(self, table: Table, column: str) -> Sql:
        """Return a column with its table before it, so that it can mean no other."""
        return Sql(f"{self.from_(table)}.{self.bare(table, column)}")

    def given(self, table: Table, column: str) -> Sql:
        """Return a column as it is asked for to be handed out, with nothing rounded."""
        return self.dialect.whole(self.column(table, column), self.name(table, column))

    def names(self, table: Table, columns: Iterable[str]) -> Sql:
        """Return several columns, in brackets when there are more than one."""
        listed = [self.name(table, column) for column in columns]
        return listed[0] if len(listed) == 1 else "(" + joined(listed, ", ") + ")"

    def order(self) -> graph.Order:
        """Return the order of erasure; what no edge decides comes as the manifest has it, the subject last."""
        names = [name for name in self.manifest.tables if name != self.subject.name]
        return graph.order([*names, self.subject.name], edges(self.manifest, self.schema))

    def equals(self, table: Table, columns: Sequence[str], keys: Iterable[Key]) -> Sql:
        """Return the condition that columns hold one of some keys; a key of the wrong type holds nowhere."""
        fitted = [self._fit(table, columns, key) for key in keys if len(key) == len(columns)]
        sound = [key for key in fitted if None not in key]
        if len(columns) == 1:
            return among(self.name(table, columns[0]), [key[0] for key in sound])
        names = [self.name(table, column) for column in columns]
        return either(
            "(" + joined((among(name, [part]) for name, part in zip(names, key, strict=True)), " AND ") + ")"
            for key in sound
        )

    def _fit(self, table: Table, columns: Sequence[str], key: Key) -> list[Any]:
        return [fitted(part, self.column(table, column)) for part, column in zip(key, columns, strict=True)]

    def matched(self, table: Table, matches: Iterable[Match], person: Person) -> Sql:
        """Return the condition that a table's columns hold one of a person's identifiers."""
        return either(self._holds(table, match, person.values(match.kind)) for match in matches)

    def _holds(self, table: Table, match: Match, values: Sequence[str]) -> Sql:
        column, name = self.column(table, match.column), self.name(table, match.column)
        spelt = [form for value in values for form in canonical(value)]
        sound = [value for value in spelt if fitted(value, column) is not None]
        if not sound:
            return NEVER
        if match.exact or match.kind == "external_id":
            return self.equals(table, (match.column,), [(value,) for value in sound])
        if match.kind == "email":
            lowered = self.live(table).serves(f"lower({match.column})".lower())
            return "(" + self.dialect.same_email(column, name, sound, lowered) + ")"
        text = name if column.kind == "text" else self.dialect.text(name)
        return among(self.dialect.digits(text), [d for value in sound for d in phone_digits(value, match.country)])


class Reach:
    """The rows of one person."""

    def __init__(self, ground: Ground, person: Person) -> None:
        self.ground, self.person = ground, person

    def rows(self, table: Table) -> Sql:
        """Return the condition that holds for the person's rows of a table."""
        ground, subject = self.ground, self.ground.manifest.subject
        if table.name == subject.table:
            return ground.equals(table, subject.key, self.person.keys)
        if table.link is None:
            return ground.matched(table, table.match, self.person)
        if table.link.table == subject.table and set(table.link.to) == set(subject.key):
            # By the keys themselves: quicker, and true even when the subject row is gone.
            at = dict(zip(table.link.to, table.link.columns, strict=True))
            return ground.equals(table, [at[part] for part in subject.key], self.person.keys)
        parent = ground.manifest.tables[table.link.table]
        inner = joined((ground.name(parent, column) for column in table.link.to), ", ")
        inside = "SELECT " + inner + f" FROM {ground.from_(parent)} WHERE " + self.rows(parent)
        return ground.names(table, table.link.columns) + " IN (" + inside + ")"


def fitted(value: str | int, column: LiveColumn) -> Any:
    """Return a value in the type of its column, or None where the column cannot hold it: then no row matches it."""
    written = str(value)
    if "\0" in written or any("\ud800" <= sign <= "\udfff" for sign in written):
        return None
    if column.kind == "integer":
        return int(written) if _WHOLE.fullmatch(written) and -(2**63) <= int(written) < 2**63 else None
    if column.kind == "uuid":
        return UUID(written) if _UUID.fullmatch(written) else None
    return written if column.kind == "text" else value
