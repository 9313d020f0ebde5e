"""The live schema of a database, as far as reaching and erasing rows needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.sources.graph import Bond, Edge, links
from portal.sources.manifest import Manifest, Table

ENGINE_ACTS = ("SET NULL", "SET DEFAULT", "CASCADE")


@dataclass(frozen=True)
class LiveColumn:
    """One column. `kind` is what every engine calls the same: text, integer, number, decimal, boolean, datetime, date,
    time, interval, uuid, json, bytes, other; with [] behind it for an array.
    """

    name: str
    type: str
    kind: str
    nullable: bool
    generated: bool = False
    folds: bool = False  # its own comparisons have no regard to case
    preset: bool = False  # a new row gets a text that is written in the schema


def is_text(default: str | None) -> bool:
    """Tell whether a default, as an engine writes it, is a text and not empty."""
    return bool(default and re.match(r"'[^']", default))


@dataclass(frozen=True)
class Index:
    """What an index is sorted by: columns, or expressions in small letters without quotes and spaces."""

    parts: tuple[str, ...]
    unique: bool
    folds: bool = False  # has no regard to case


@dataclass(frozen=True)
class ForeignKey:
    """Columns that refer to another table, and what the engine does when that row goes."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True)
class LiveTable:
    """One table as it is now. `tail` are the columns with which the engine ends each of its indexes by itself.

    `schema` is where it is, "" where names are looked for anyhow; `checks` are the conditions its rows must fulfil;
    `part_of` is the table whose partition or heir it is: that one's rows are its rows too.
    """

    name: str
    columns: Mapping[str, LiveColumn]
    key: tuple[str, ...]
    indexes: tuple[Index, ...]
    references: tuple[ForeignKey, ...]
    tail: tuple[str, ...] = ()
    schema: str = ""
    checks: tuple[str, ...] = ()
    part_of: str = ""
    triggers: bool = False

    def serves(self, part: str, folding: bool = False) -> bool:
        """Say whether an index starts with a column or expression."""
        return any(index.parts[:1] == (part,) and (index.folds or not folding) for index in self.indexes)


Schema = Mapping[str, LiveTable]  # by name; a table of another schema is "schema.table"


def edges(manifest: Manifest, schema: Schema) -> list[Edge]:
    """Return links and foreign keys between covered tables, each foreign key for every name its tables go by."""
    tables = manifest.tables.values()
    found = links(manifest.tables)
    for table in tables:
        for key in schema[table.real].references if table.real in schema else ():
            found += [
                Edge(table.name, parent.name, key.columns, bond(table, schema[table.real], key))
                for parent in tables
                if parent.real == key.table and _goes_first(parent) and not _is_link(table, parent, key)
            ]
    return found


def bond(table: Table, live: LiveTable, key: ForeignKey) -> Bond:
    """Say how a foreign key can give way; columns that the person is reached by are never nulled."""
    if key.on_delete in ENGINE_ACTS:
        return "engine"
    free = not table.link or not set(table.link.columns) & set(key.columns)
    return "nullable" if free and all(live.columns[name].nullable for name in key.columns) else "fixed"


def _goes_first(parent: Table) -> bool:
    """Tell whether rows that refer to a table have to go before its own; what goes with its last user comes last."""
    return parent.erase == "delete" and not (parent.link and parent.link.while_used)


def _is_link(table: Table, parent: Table, key: ForeignKey) -> bool:
    return bool(table.link and table.link.table == parent.name and table.link.columns == key.columns)
