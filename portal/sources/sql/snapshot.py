"""What a download reads of a database: one person's rows, table by table, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from portal.kernel import clock
from portal.sources.base import Batch, Row, Snapshot
from portal.sources.manifest import Table
from portal.sources.sql import looking, paging
from portal.sources.sql.ground import Reach
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, joined


class SqlSnapshot(Snapshot):
    """One consistent view of a person's rows; valid while the block that opened it lasts."""

    def __init__(self, session: Session, reach: Reach, with_files: Callable[[Table, Batch], Iterator[Batch]]) -> None:
        self._session, self._reach, self._with_files = session, reach, with_files
        self.as_of: datetime = clock.now()
        self.counts = {
            name: session.count(Sql(f"SELECT COUNT(*) FROM {reach.ground.from_(table)} WHERE ") + reach.rows(table))
            for name, table in reach.ground.manifest.tables.items()
        }

    def rows(self, table: str) -> Iterator[Row]:
        for batch in self.batches(table):
            yield from (dict(zip(batch.names, row, strict=True)) for row in batch.rows)

    def batches(self, table: str) -> Iterator[Batch]:
        shown, entry, ground = self._shown(table), self._reach.ground.manifest.tables[table], self._reach.ground
        columns = joined((ground.given(entry, column) for column in shown), ", ")
        chosen = "SELECT " + columns + f" FROM {ground.from_(entry)} WHERE " + self._reach.rows(entry)
        for rows in self._session.batches(chosen + looking.ordered(ground, entry)):
            yield from self._with_files(entry, Batch(tuple(shown), rows))

    def types(self, table: str) -> Mapping[str, str]:
        return {column: live.type for column, live in self._columns(table).items()}

    def kinds(self, table: str) -> Mapping[str, str]:
        return {column: live.kind for column, live in self._columns(table).items()}

    def _columns(self, table: str) -> dict[str, LiveColumn]:
        columns = self._reach.ground.live(self._reach.ground.manifest.tables[table]).columns
        return {column: columns[column] for column in self._shown(table)}

    def _shown(self, table: str) -> list[str]:
        """Return the columns that go into an archive, in the database's order."""
        return paging.shown(self._reach.ground, self._reach.ground.manifest.tables[table])
