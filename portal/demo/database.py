"""A demo system's own database, whichever engine it is on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from portal.sources.registry import database
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.statement import HERE, Sql

Rows = Sequence[Sequence[Any]]


class Opened:
    """A connection that takes ? for values."""

    def __init__(self, dialect: Dialect, connection: Any) -> None:
        self._dialect, self._connection = dialect, connection

    def all(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return every row of an answer; none for a statement without one."""
        cursor = self._run(text, values)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def each(self, text: str, rows: Rows) -> None:
        """Run a statement once for each of some rows."""
        cursor = self._connection.cursor()
        cursor.executemany(self._dialect.written(Sql(text.replace("?", HERE))), rows)

    def _run(self, text: str, values: Sequence[Any]) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(self._dialect.written(Sql(text.replace("?", HERE))), values)
        return cursor


@contextmanager
def opened(url: str) -> Iterator[Opened]:
    """Open the database at a URL in one transaction; ValueError where it refuses what is written into it."""
    dialect = database(url)
    connection = dialect.connect(write=True)
    try:
        found = Opened(dialect, connection)
        found.all("BEGIN")
        yield found
        found.all("COMMIT")
    except dialect.errors as error:
        detail, is_permanent = dialect.fault(error)
        if is_permanent:
            raise ValueError(detail) from error
        raise
    finally:
        connection.close()
