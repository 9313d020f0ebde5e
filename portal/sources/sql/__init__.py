"""A connected system that is a database: SQLite, PostgreSQL, MariaDB or MySQL."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import partial

from portal.kernel.problems import SourceUnavailable
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
    Proof,
    Rehearsed,
    Setting,
    Shape,
    Snapshot,
    Source,
    Young,
)
from portal.sources.history import History
from portal.sources.manifest import Manifest, require_paths
from portal.sources.sql import (
    aging,
    chunks,
    correcting,
    erasure,
    files,
    looking,
    paging,
    parts,
    people,
    preferences,
    seeking,
    settings,
    sweeping,
    young,
)
from portal.sources.sql.check import findings, rights
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.files import Cabinet
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.history import SqlHistory
from portal.sources.sql.rehearsal import rehearse, rehearsing
from portal.sources.sql.schema import Schema
from portal.sources.sql.session import Session, opened, reading, writing
from portal.sources.sql.shape import shape
from portal.sources.sql.snapshot import SqlSnapshot

GLANCED = 10_000  # rows of a table that a page waits for to be counted


class SqlSource(Source):
    """A database reached by its URL. Each call has a connection of its own, so a source may be shared by threads."""

    def __init__(
        self,
        manifest: Manifest,
        dialect: Dialect,
        folders: files.Folders | None = None,
        writer: Dialect | None = None,
    ) -> None:
        """`folders` are those of the files that rows name, by what the manifest says of them.

        `writer` is the same database by the login that may change it, where reading has one of its own.
        """
        require_paths(manifest)
        super().__init__(manifest)
        self._dialect, self._writer, self._folders = dialect, writer or dialect, folders or {}
        with suppress(ModuleNotFoundError):  # the driver, now, so that no page waits for it; without it each call fails
            dialect.errors  # noqa: B018 - asking for it imports it
        self._schemas: dict[Dialect, Schema] = {}  # read with the first call; a login may not see all of it

    @property
    def history(self) -> History | None:
        location = self.manifest.location
        return SqlHistory(location, self._reading, partial(self._writing, "history")) if location else None

    def find(self, identifier: Identifier) -> list[Key]:
        with self._reading() as (session, ground):
            return people.find(session, ground, identifier)

    def preview(self, person: Person) -> Preview:
        with self._reading() as (session, ground):
            return looking.preview(session, ground, person)

    def glance(self, person: Person) -> Preview:
        with self._reading() as (session, ground):
            return looking.preview(session, ground, person, GLANCED)

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        with self._reading() as (session, ground):
            reach = Reach(ground, person)
            yield SqlSnapshot(session, reach, partial(files.added, ground, self._folders, refuse=self.unavailable))

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

    def states(self, choice: str) -> tuple[str, ...]:
        with self._reading() as (_, ground):
            preference = self.manifest.preferences[choice]
            return tuple(preferences.values_of(preference, preferences.place_of(ground, preference)[1]))

    def settings(self) -> Iterator[Setting]:
        with self._reading() as (session, ground):
            yield from settings.settings(session, ground)

    def stored_by(self, people: Mapping[int, Person]) -> dict[int, dict[str, str]]:
        with self._reading() as (session, ground):
            return preferences.read_many(session, ground, people)

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
        with opened(self._writer, self.id, self.unavailable, write=True) as session:
            ground = self._ground(session)
            return Erased(True, chunks.erase(session, ground, person, tables, Cabinet(self._folders, self.unavailable)))

    def rehearse(self, person: Person) -> Rehearsed:
        tables = [table.real for table in self.manifest.tables.values()]
        with rehearsing(self._writer, self.id, tables, self.unavailable) as session:
            return rehearse(session, self._ground(session), person)

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        with self._reading() as (session, ground):
            return erasure.remaining(session, ground, person, tables)

    def sweep(self, person: Person, tables: Collection[str] | None = None) -> list[Mention]:
        with self._reading() as (session, ground):
            return sweeping.sweep(session, Reach(ground, person), tables)

    @property
    def proof(self) -> Proof:
        return "texts"

    def goes_with(self, table: str) -> tuple[str, ...]:
        with self._reading() as (_, ground):
            return parts.goes_with(ground, table)

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        with self._reading() as (session, ground):
            yield from people.keys(session, ground)

    def young(self, since: date, limit: int, offset: int = 0) -> list[Young]:
        if not self.manifest.subject.born:
            return []
        with self._reading() as (session, ground):
            return young.born_after(session, ground, since, limit, offset)

    @property
    def ages(self) -> bool:
        return True

    def overdue(self, table: str, today: date) -> Generator[Person, None, None]:
        with self._reading() as (session, ground):
            yield from aging.owners(session, ground, self.manifest.tables[table], today)

    def expire(self, table: str, people: Sequence[Person], today: date) -> int:
        with self._writing("retention") as (session, ground):
            entry = self.manifest.tables[table]
            cabinet = Cabinet(self._folders, self.unavailable)
            named = cabinet.all(session, ground, entry)
            rows = aging.expire(session, ground, entry, people, today)
            cabinet.remove(session, ground, named)
            return rows

    def compact(self) -> None:
        """VACUUM, and on SQLite an emptied write-ahead log; raises while a reader is in the way, so ask again."""
        with opened(self._writer, self.id, self.unavailable, write=True) as session:
            ground = self._ground(session)
            session.compact(list(dict.fromkeys(ground.from_(table) for table in self.manifest.tables.values())))

    def check(self) -> list[Finding]:
        self._schemas.clear()
        with self._reading() as (session, ground):
            wide = session.schema({*self._others(), *session.beyond()})
            found = findings(session, Ground(self.manifest, wide, session.dialect, self.unavailable))
        with opened(self._writer, self.id, self.unavailable, write=True) as session:
            return [*found, *rights.findings(self._writer, session, ground), *files.findings(ground, self._folders)]

    def shape(self) -> Shape:
        with self._reading() as (session, _):
            return shape(session.schema(self._others()))

    def unavailable(self, detail: str, permanent: bool = False) -> SourceUnavailable:
        """Forget the schema on a permanent refusal: the system may have changed under us."""
        if permanent:
            self._schemas.clear()
        return super().unavailable(detail, permanent)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Session, Ground]]:
        with reading(self._dialect, self.id, self.unavailable) as session:
            yield session, self._ground(session)

    @contextmanager
    def _writing(self, work: str) -> Iterator[tuple[Session, Ground]]:
        with writing(self._writer, self.id, work, self.unavailable) as session:
            yield session, self._ground(session)

    def _others(self) -> set[str]:
        """Return what may be other schemas: the manifest writes `billing.invoices` for a table of one."""
        return {table.real.partition(".")[0] for table in self.manifest.tables.values() if "." in table.real}

    def _ground(self, session: Session) -> Ground:
        dialect = session.dialect
        schema = self._schemas[dialect] = self._schemas.get(dialect) or session.schema(self._others())
        return Ground(self.manifest, schema, dialect, self.unavailable)
