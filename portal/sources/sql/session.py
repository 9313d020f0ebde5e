"""One connection to a database, whose failures come out as SourceUnavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

from portal.kernel import failpoints
from portal.kernel.problems import SourceUnavailable
from portal.sources.sql.dialect import BATCH, FIRST, Dialect
from portal.sources.sql.schema import Schema
from portal.sources.sql.statement import Sql

Refuse = Callable[[str, bool], SourceUnavailable]  # detail, permanent
SAMPLE = 20  # rows of a batch that are looked at
IN_MEMORY = 4 * 1024 * 1024  # characters and bytes of a batch, about
_LEAST, _STEP = 0.001, 0.9  # seconds of a limit; the part of the last one at which another is told


class Session:
    """A connection. It counts nothing and keeps nothing: one session serves one call. `name` is its system's."""

    def __init__(self, dialect: Dialect, connection: Any, refuse: Refuse, name: str) -> None:
        self._dialect, self._connection, self._refuse, self.name = dialect, connection, refuse, name
        self._until, self._allowed = inf, inf  # when the transaction has to be over; what a statement of it may take

    @property
    def dialect(self) -> Dialect:
        """The engine, by the login of this connection."""
        return self._dialect

    def all(self, sql: Sql) -> list[tuple[Any, ...]]:
        """Return every row of a small answer."""
        with self.mapped():
            cursor = self._connection.cursor()
            cursor.execute(self._dialect.written(sql), sql.values)
            return list(cursor.fetchall())

    def count(self, sql: Sql) -> int:
        """Return the number that a statement answers."""
        return int(self.all(sql)[0][0])

    def run(self, sql: Sql) -> int:
        """Run a statement that changes rows and return how many it changed."""
        with self.mapped():
            self._be_in_time()
            cursor = self._connection.cursor()
            cursor.execute(self._dialect.written(sql), sql.values)
            return int(cursor.rowcount)

    def guess(self, sql: Sql) -> float:
        """Return how many rows the engine expects of a query, without asking for any; no end where it does not say."""
        with self.mapped():
            return self._dialect.guess(self._connection, self._dialect.written(sql), sql.values)

    def say(self, statement: str) -> None:
        """Run a statement without values or answer."""
        with self.mapped():
            self._connection.cursor().execute(statement)

    def stream(self, sql: Sql) -> Iterator[tuple[Any, ...]]:
        """Yield rows without holding them all."""
        for rows in self.batches(sql):
            yield from rows

    def batches(self, sql: Sql) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the same rows many at a time: fewer where they are large, so that memory stays what it is."""
        with self.mapped(), self._dialect.streaming(self._connection, self._dialect.written(sql), sql.values) as some:
            size = FIRST
            while rows := some(size):
                yield rows
                size = _affordable(rows)

    def schema(self, others: Collection[str] = ()) -> Schema:
        """Read the live schema, and the tables of `others` beside it."""
        with self.mapped():
            return self._dialect.schema(self._connection, others)

    def beyond(self) -> list[str]:
        """Return the other schemas from which foreign keys lead here."""
        with self.mapped():
            return self._dialect.beyond(self._connection)

    def kept(self) -> list[str]:
        """Return the tables to which what is done cannot be rolled back."""
        with self.mapped():
            return self._dialect.kept(self._connection)

    def compact(self, tables: Sequence[str]) -> None:
        """Make deleted values unreadable in the engine's files."""
        with self.mapped():
            self._dialect.compact(self._connection, tables)

    @contextmanager
    def transaction(self, work: str, seconds: float = 0) -> Iterator[None]:
        """Begin; commit when the block ends well, and leave nothing behind when it does not.

        What changes rows is given up when so many seconds are over, see `gave_up`; 0 is no limit.
        """
        try:
            for statement in self._dialect.writing:
                self.say(statement)
            if seconds:
                self._until, self._allowed = time.monotonic() + seconds, inf
                with self.mapped():
                    self._be_in_time()
            yield
            failpoints.point(f"{self.name}: before {work} commit")
            self.say("COMMIT")
        except BaseException:
            with suppress(SourceUnavailable):  # a connection that broke took its transaction with it
                self.say("ROLLBACK")
            raise
        finally:
            if seconds:
                self._until = inf
                with suppress(SourceUnavailable), self.mapped():
                    self._dialect.limit(self._connection, 0)
        failpoints.point(f"{self.name}: after {work} commit")

    def gave_up(self, problem: SourceUnavailable) -> bool:
        """Tell whether a statement was given up because it took too long."""
        return isinstance(problem.__cause__, Exception) and self._dialect.gave_up(problem.__cause__)

    def _be_in_time(self) -> None:
        """Leave a statement no more than what is left to its transaction, in steps: each telling is a way there."""
        left = max(self._until - time.monotonic(), _LEAST)
        if left < self._allowed * _STEP:
            self._dialect.limit(self._connection, left)
            self._allowed = left

    @contextmanager
    def mapped(self) -> Iterator[None]:
        """Turn the driver's errors into the problem that names the system."""
        try:
            yield
        except self._dialect.errors as error:
            raise self._refuse(*self._dialect.fault(error)) from error


def _affordable(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return how many rows to fetch next, from what is written in some of the last ones."""
    sample = rows[:: max(1, len(rows) // SAMPLE)]
    size = sum(len(value) for row in sample for value in row if isinstance(value, str | bytes)) // len(sample)
    return max(1, min(BATCH, IN_MEMORY // (size + 1), 4 * len(rows)))


@contextmanager
def opened(dialect: Dialect, name: str, refuse: Refuse, write: bool = False) -> Iterator[Session]:
    """Open a connection for one piece of work; `name` is the system's, for failpoints."""
    failpoints.point(f"{name}: before connect")
    try:
        connection = dialect.connect(write)
    except dialect.errors as error:
        raise refuse(*dialect.fault(error)) from error
    failpoints.point(f"{name}: after connect")
    try:
        yield Session(dialect, connection, refuse, name)
    finally:
        connection.close()


@contextmanager
def reading(dialect: Dialect, name: str, refuse: Refuse) -> Iterator[Session]:
    """Open one consistent view."""
    with opened(dialect, name, refuse) as session:
        for statement in dialect.reading:
            session.say(statement)
        yield session


@contextmanager
def writing(dialect: Dialect, name: str, work: str, refuse: Refuse) -> Iterator[Session]:
    """Open a transaction that commits when the block ends well, and leaves nothing behind when it does not."""
    with opened(dialect, name, refuse, write=True) as session, session.transaction(work):
        yield session
