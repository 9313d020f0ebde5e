"""A connected system that does what a test wants of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from portal.sources import manifest
from portal.sources.base import Erased, Finding, Identifier, Key, Line, Person, Preview, Row, Snapshot, Source

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
Rows = Callable[[], Iterable[Row]]


class FakeSource(Source):
    """Tables of rows that are made when they are read. `silent` counts how often it still does not answer."""

    def __init__(
        self,
        name: str,
        tables: Mapping[str, Rows],
        counts: Mapping[str, int] | None = None,
        time: Mapping[str, str] | None = None,
    ) -> None:
        described: dict[str, Any] = {table: {"erase": "delete", "match": {"email": "email"}} for table in tables}
        subject = next(iter(tables))
        described[subject] = {"erase": "delete"}
        for table, column in (time or {}).items():
            described[table]["time"] = column
        raw = {
            "source": {"id": name, "title": f"Fake {name}", "url": "env:FAKE"},
            "subject": {"table": subject, "match": {"email": "email"}},
            "tables": described,
        }
        super().__init__(manifest.parse(raw, f"{name}.toml"))
        self.tables, self.counts = tables, counts or {}
        self.silent, self.permanent, self.asked = 0, False, 0

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        self.asked += 1
        if self.silent:
            self.silent -= 1
            raise self.unavailable("out of reach", self.permanent)
        yield FakeSnapshot(self)

    def find(self, identifier: Identifier) -> list[Key]:
        return []

    def preview(self, person: Person) -> Preview:
        tables = self.manifest.tables.values()
        counted = FakeSnapshot(self).counts
        return Preview(
            tuple(Line(table.name, table.title, counted[table.name], table.erase, "") for table in tables), (), NOW
        )

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None: ...

    def stored(self, person: Person) -> dict[str, str]:
        return {}

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        return Erased(True)

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        return {}

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        return iter(())

    def check(self) -> list[Finding]:
        return []


class FakeSnapshot(Snapshot):
    """What a fake holds, with the counts that it was told to say."""

    def __init__(self, source: FakeSource) -> None:
        self.as_of = NOW
        self._tables = source.tables
        self.counts = {
            name: source.counts[name] if name in source.counts else sum(1 for _ in rows())
            for name, rows in source.tables.items()
        }

    def rows(self, table: str) -> Iterator[Row]:
        return iter(self._tables[table]())


def rows(*given: dict[str, Any]) -> Rows:
    """Return what makes these rows."""
    return lambda: given
