"""What a system holds of somebody, as rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from portal.sources.manifest import Table

Row = dict[str, Any]
TOGETHER = 500  # rows that are handed on at once, at most


@dataclass(frozen=True)
class Batch:
    """Some rows of one table, each a tuple in the order of `names`."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Snapshot(ABC):
    """Everything about a person as of one moment. Rows stream, so memory does not grow with them."""

    as_of: datetime
    counts: Mapping[str, int]  # every table of the manifest, zero rows stated

    @abstractmethod
    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table's rows in a stable order, as many as `counts` says, one table after another."""

    def batches(self, table: str) -> Iterator[Batch]:
        """Yield the same rows in the same order, the first ones soon and then many at a time, all of like columns."""
        size = 1
        for names, rows in groupby(self.rows(table), key=tuple):
            while some := list(islice(rows, size)):
                yield Batch(names, [tuple(row.values()) for row in some])
                size = min(2 * size, TOGETHER)

    def types(self, table: str) -> Mapping[str, str]:
        """Return the type of each column as the system itself calls it, where it has such a thing."""
        return {}

    def kinds(self, table: str) -> Mapping[str, str]:
        """Return what `values.decode` needs, by column, to make a written value again what it was."""
        return {}


@dataclass(frozen=True)
class Page:
    """Some of a person's rows of one table, the newest first. `after` asks for those that follow; None at the end."""

    rows: tuple[Row, ...]
    after: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)  # as `Snapshot.kinds`


def counted_out(snapshot: Snapshot, table: Table, after: str, limit: int) -> Page:
    """Return a page of a snapshot by counting through it, for systems that cannot begin in the middle."""
    start, all_ = int(after or 0), snapshot.counts[table.name]
    first = start if table.newest_first else max(0, all_ - start - limit)
    last = start + limit if table.newest_first else all_ - start
    rows = list(islice(snapshot.rows(table.name), first, last))
    rows = rows if table.newest_first else rows[::-1]
    return Page(tuple(rows), str(start + limit) if start + limit < all_ else None, snapshot.kinds(table.name))
