"""A connected system that is a database: SQLite, PostgreSQL, MariaDB or MySQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from portal.kernel import clock
from portal.kernel.problems import SourceUnavailable
from portal.sources import values
from portal.sources.base import (
    Change,
    Erased,
    Finding,
    Held,
    Identifier,
    Key,
    Mention,
    Outcome,
    Page,
    Person,
    Preview,
    Rehearsed,
    Row,
    Snapshot,
    Source,
    Young,
)
from portal.sources.history import History
from portal.sources.identifiers import normal
from portal.sources.manifest import Manifest, require_paths
from portal.sources.sql import (
    chunks,
    correcting,
    erasure,
    looking,
    paging,
    parts,
    preferences,
    seeking,
    sweeping,
    young,
)
from portal.sources.sql.check import findings
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.history import SqlHistory
from portal.sources.sql.rehearsal import rehearse, rehearsing
from portal.sources.sql.schema import Schema
from portal.sources.sql.session import Session, opened, reading, writing
from portal.sources.sql.statement import Sql, joined


class SqlSource(Source):
    """A database reached by its URL. Each call has a connection of its own, so a source may be shared by threads."""

    def __init__(self, manifest: Manifest, dialect: Dialect) -> None:
        require_paths(manifest)
        super().__init__(manifest)
        self._dialect = dialect
        self._schema: Schema | None = None  # read with the first call

    @property
    def history(self) -> History | None:
        location = self.manifest.location
        return SqlHistory(location, self._reading, partial(self._writing, "history")) if location else None

    def find(self, identifier: Identifier) -> list[Key]:
        with self._reading() as (session, ground):
            subject = ground.manifest.subject
            known = ground.matched(ground.subject, subject.match, Person((), (identifier,)))
            columns = joined((ground.name(ground.subject, column) for column in subject.key), ", ")
            rows = session.all("SELECT " + columns + f" FROM {ground.from_(ground.subject)} WHERE " + known)
            return sorted((_key(row) for row in rows), key=str)

    def preview(self, person: Person) -> Preview:
        with self._reading() as (session, ground):
            return looking.preview(session, ground, person)

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        with self._reading() as (session, ground):
            yield SqlSnapshot(session, Reach(ground, person))

    def page(self, person: Person, table: str, after: str = "", limit: int = 50) -> Page:
        """Begin in the middle by the values of the order's columns, so that an index leads there."""
        with self._reading() as (session, ground):
            return paging.page(session, Reach(ground, person), self.manifest.tables[table], after, limit)

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        known = {name: state for name, state in choices.items() if name in self.manifest.preferences}
        if known:
            with self._writing("preferences") as (session, ground):
                preferences.write(session, Reach(ground, person), known, self.unavailable)

    def stored(self, person: Person) -> dict[str, str]:
        with self._reading() as (session, ground):
            return preferences.read(session, Reach(ground, person))

    def details(self, person: Person) -> list[Held]:
        with self._reading() as (session, ground):
            return correcting.details(session, Reach(ground, person))

    def correct(self, person: Person, change: Change, request_id: str) -> Outcome:
        with self._writing("correction") as (session, ground):
            return correcting.write(session, Reach(ground, person), change, self.unavailable)

    def traced(self, person: Person) -> Person:
        with self._reading() as (session, ground):
            return replace(person, traces=seeking.traces(session, Reach(ground, person)))

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        with opened(self._dialect, self.id, self.unavailable, write=True) as session:
            ground = self._ground(session)
            return Erased(True, chunks.erase(session, ground, person, tables))

    def rehearse(self, person: Person) -> Rehearsed:
        tables = [table.real for table in self.manifest.tables.values()]
        with rehearsing(self._dialect, self.id, tables, self.unavailable) as session:
            return rehearse(session, self._ground(session), person)

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        with self._reading() as (session, ground):
            return erasure.remaining(session, ground, person, tables)

    def sweep(self, person: Person, tables: Collection[str] | None = None) -> list[Mention]:
        with self._reading() as (session, ground):
            return sweeping.sweep(session, Reach(ground, person), tables)

    def goes_with(self, table: str) -> tuple[str, ...]:
        with self._reading() as (_, ground):
            return parts.goes_with(ground, table)

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        with self._reading() as (session, ground):
            subject, width = ground.manifest.subject, len(ground.manifest.subject.key)
            asked = [*subject.key, *(match.column for match in subject.match)]
            columns = joined((ground.name(ground.subject, column) for column in asked), ", ")
            for row in session.stream("SELECT " + columns + f" FROM {ground.from_(ground.subject)}"):
                pairs = zip(subject.match, row[width:], strict=True)
                found = [normal(match, value) for match, value in pairs]
                yield _key(row[:width]), [identifier for identifier in found if identifier]

    def young(self, since: date, limit: int, offset: int = 0) -> list[Young]:
        if not self.manifest.subject.born:
            return []
        with self._reading() as (session, ground):
            return young.born_after(session, ground, since, limit, offset)

    def compact(self) -> None:
        """VACUUM, and on SQLite an emptied write-ahead log; raises while a reader is in the way, so ask again."""
        with opened(self._dialect, self.id, self.unavailable, write=True) as session:
            session.compact([table.real for table in self.manifest.tables.values()])

    def check(self) -> list[Finding]:
        self._schema = None
        with self._reading() as (session, ground):
            return findings(session, ground)

    def unavailable(self, detail: str, permanent: bool = False) -> SourceUnavailable:
        """Forget the schema on a permanent refusal: the system may have changed under us."""
        self._schema = None if permanent else self._schema
        return super().unavailable(detail, permanent)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Session, Ground]]:
        with reading(self._dialect, self.id, self.unavailable) as session:
            yield session, self._ground(session)

    @contextmanager
    def _writing(self, work: str) -> Iterator[tuple[Session, Ground]]:
        with writing(self._dialect, self.id, work, self.unavailable) as session:
            yield session, self._ground(session)

    def _ground(self, session: Session) -> Ground:
        self._schema = self._schema or session.schema()
        return Ground(self.manifest, self._schema, self._dialect, self.unavailable)


class SqlSnapshot(Snapshot):
    """One consistent view of a person's rows; valid while the block that opened it lasts."""

    def __init__(self, session: Session, reach: Reach) -> None:
        self._session, self._reach = session, reach
        self.as_of: datetime = clock.now()
        self.counts = {
            name: session.count(Sql(f"SELECT COUNT(*) FROM {reach.ground.from_(table)} WHERE ") + reach.rows(table))
            for name, table in reach.ground.manifest.tables.items()
        }

    def rows(self, table: str) -> Iterator[Row]:
        shown, entry, ground = self._shown(table), self._reach.ground.manifest.tables[table], self._reach.ground
        columns = joined((ground.name(entry, column) for column in shown), ", ")
        chosen = "SELECT " + columns + f" FROM {ground.from_(entry)} WHERE " + self._reach.rows(entry)
        for row in self._session.stream(chosen + looking.ordered(ground, entry)):
            yield dict(zip(shown, row, strict=True))

    def kinds(self, table: str) -> Mapping[str, str]:
        columns = self._reach.ground.live(self._reach.ground.manifest.tables[table]).columns
        return {column: columns[column].kind for column in self._shown(table)}

    def _shown(self, table: str) -> list[str]:
        """Return the columns that go into an archive, in the database's order."""
        return paging.shown(self._reach.ground, self._reach.ground.manifest.tables[table])


def _key(row: tuple[Any, ...]) -> Key:
    return tuple(part if isinstance(part, int) else values.text(part) for part in row)
