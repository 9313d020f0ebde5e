"""A whole manifest: the persons of a system, its tables, where it keeps places and choices, and what proves a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.sources.manifest.model.columns import Match, Place
from portal.sources.manifest.model.tables import Table
from portal.sources.manifest.model.text import Text

FactKind = Literal["day", "amount", "words"]
Scalar = str | int | float | bool


@dataclass(frozen=True)
class Subject:
    """The table whose rows are the persons, its key, and how a proven identifier finds them.

    `name` and `since` are the columns from which somebody knows a row as theirs before it is proven: shown masked.
    `born` is the column with the date of birth; `adult` are signs that a person is grown up: "table" with a row of
    theirs, such as a contract, or "table.column" with something in it, such as a tax ID.
    """

    table: str
    key: tuple[str, ...]
    match: tuple[Match, ...]
    name: str = ""
    since: str = ""
    born: str = ""
    adult: tuple[str, ...] = ()


@dataclass(frozen=True)
class Location:
    """Where the location page finds points and the state that the phone last reported."""

    points: str
    time: str
    latitude: str
    longitude: str
    reported_state: Place | None = None
    reported_at: Place | None = None


@dataclass(frozen=True)
class Preference:
    """A choice and the column it is written to (none where the system speaks the HTTP protocol)."""

    name: str
    place: Place | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """A column whose value shows, beside a second one, that somebody is whose row it is; how it is compared."""

    place: Place
    title: Text
    kind: FactKind


@dataclass(frozen=True)
class Manifest:
    """One connected system. `url`, `erase_url` and `secret` may be `env:NAME`; the registry resolves them."""

    file: str
    id: str
    title: Text
    url: str
    subject: Subject
    tables: Mapping[str, Table]
    controller: str = ""
    processor: str = ""  # another company that keeps or runs it for the controller
    secret: str = ""
    erase_url: str = ""  # the same database by a login that may change it; `url` then only has to read
    parts: bool = False  # an HTTP system that can erase single tables
    sweep: bool = False  # an HTTP system that can look through its texts for somebody
    retention: bool = False  # an HTTP system that says what has come to its date, and deletes it when asked
    location: Location | None = None
    preferences: Mapping[str, Preference] = field(default_factory=dict)
    proofs: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def locates(self) -> bool:
        """Tell whether the system keeps where somebody was, whether or not its points can be asked for."""
        columns = (column for table in self.tables.values() for column in table.columns.values())
        return self.location is not None or any(column.sensitive == "location" for column in columns)

    def joints(self, table: Table) -> frozenset[str]:
        """Return the columns that hold rows together: keys, links from and to the table, controller, retention date."""
        return frozenset(self._joints(table))

    def below(self, name: str) -> tuple[str, ...]:
        """Return the tables that are reached only through one table, at once or further on."""
        found = {name}
        while (
            more := {table.name for table in self.tables.values() if table.link and table.link.table in found} - found
        ):
            found |= more
        return tuple(other for other in self.tables if other in found - {name})

    def _joints(self, table: Table) -> Iterator[str]:
        yield from table.key
        yield from self.subject.key if table.name == self.subject.table else ()
        yield from table.link.columns if table.link else ()
        yield from (table.controller_column,) if table.controller_column else ()
        yield from (table.keep.until.column,) if table.keep and table.keep.until else ()
        for other in self.tables.values():
            yield from other.link.to if other.link and other.link.table == table.name else ()
