"""What differs between engines. All SQL is put together elsewhere; each engine only spells it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from math import inf
from typing import Any, ClassVar

from portal.sources.sql.schema import LiveColumn, Schema
from portal.sources.sql.spellings import Outline
from portal.sources.sql.statement import HERE, Sql, among, bound, either, joined

CONNECT_SECONDS = 3
REMOVED = "[removed]"
HASHED = "erased:"
FIRST, BATCH = 4, 2000  # rows fetched at a time while streaming, at first and at most
Some = Callable[[int], list[tuple[Any, ...]]]  # the next so many rows, none at the end


class Dialect(ABC):
    """One engine: how to connect, begin, quote, stream, and the few expressions that each writes in its own way."""

    place: ClassVar[str] = "%s"
    mark: ClassVar[str] = '"'
    delete: ClassVar[str] = "DELETE FROM {table}"
    update: ClassVar[str] = "UPDATE {table}"
    update_alone, delete_alone = "UPDATE {table}", "DELETE FROM {table}"  # where no other table is asked
    deletes_in_turn: ClassVar[bool] = False  # foreign keys are looked at with each row, not at the statement's end
    only_marks: ClassVar[bool] = False  # a row that is deleted costs no more than a mark on it
    lock: ClassVar[str] = " FOR UPDATE"
    explain: ClassVar[str] = "EXPLAIN "
    null_is_highest: ClassVar[bool] = False  # where nulls stand in an order
    hides: ClassVar[bool] = True  # shows no table to a login without a right on it or its schema
    login: ClassVar[str] = "SELECT 'the login'"  # asks for whom GRANT has to name
    breath: ClassVar[float] = 0  # seconds between two transactions in which others who wait get their turn
    reading: ClassVar[Sequence[str]]  # begin one consistent view
    writing: ClassVar[Sequence[str]]  # begin a transaction that writes
    finding_none: ClassVar[Sequence[str]] = ()  # say, until the transaction ends, that less is found than it seems

    def __init__(self, url: str) -> None:
        self.url = url

    def quote(self, name: str) -> str:
        """Return a name as the engine takes it, whatever characters it has."""
        return self.mark + name.replace(self.mark, self.mark * 2) + self.mark

    def written(self, sql: Sql) -> str:
        """Return the text with the engine's own sign where values go."""
        text = sql.text.replace("%", "%%") if self.place == "%s" else sql.text
        return text.replace(HERE, self.place)

    @property
    @abstractmethod
    def errors(self) -> type[Exception]:
        """What the driver raises; asking for it imports the driver."""

    @abstractmethod
    def connect(self, write: bool) -> Any:
        """Open a connection in which nothing begins or commits unasked."""

    @abstractmethod
    def schema(self, connection: Any, others: Collection[str] = ()) -> Schema:
        """Read tables, columns, keys, indexes, foreign keys and CHECKs; also of the schemas `others` that are there."""

    def beyond(self, connection: Any) -> list[str]:
        """Return the other schemas from which foreign keys lead to tables that are looked for anyhow."""
        return []

    @abstractmethod
    def streaming(self, connection: Any, text: str, values: Sequence[Any]) -> AbstractContextManager[Some]:
        """Open what gives the rows of a statement by and by, without holding them all here."""

    @abstractmethod
    def fault(self, error: Exception) -> tuple[str, bool]:
        """Return a detail without any value of a row, and whether asking again will not help."""

    @abstractmethod
    def is_denial(self, error: Exception) -> bool:
        """Tell whether the engine refused for want of a right."""

    def moment(self, at: datetime) -> Any:
        """Return a moment as the engine compares it with its own columns."""
        return at

    def day(self, limit: Any) -> Any:
        """Return a day, or a moment that `moment` made, as the engine compares it with its own columns."""
        return limit

    def whole(self, column: LiveColumn, name: Sql) -> Sql:
        """Return a column so that its value comes out whole, where the engine would round what it gives."""
        return name

    def text(self, expression: Sql) -> Sql:
        """Return an expression as text."""
        return "CAST(" + expression + " AS char)"

    def joined(self, parts: Sequence[Sql]) -> Sql:
        """Return texts one after another."""
        return joined(parts, " || ")

    def same_email(self, column: LiveColumn, name: Sql, values: Sequence[str], lowered: bool) -> Sql:
        """Return the condition that a column holds one of some addresses in small letters, so that an index serves.

        `lowered`: there is an index on the column's lower(…).
        """
        return among("lower(" + name + ")", values)

    @abstractmethod
    def digits(self, name: Sql) -> Sql:
        """Return only the digits of a text column."""

    @abstractmethod
    def hashed(self, name: Sql, salt: str) -> Sql:
        """Return a hash of a column that nobody can undo; equal values stay equal within one erasure."""

    @abstractmethod
    def redacted(self, column: LiveColumn, name: Sql, pattern: str) -> Sql:
        """Return a column with what a pattern finds replaced, in the column's own type."""

    @abstractmethod
    def mentions(self, name: Sql, pattern: str) -> Sql:
        """Return the condition that a column holds what a pattern finds."""

    @abstractmethod
    def limit(self, connection: Any, seconds: float) -> None:
        """Let no statement take longer from now on, or until the transaction ends; 0 is no limit."""

    def guess(self, connection: Any, text: str, values: Sequence[Any]) -> float:
        """Return how many rows the engine expects of a query; no end where it is not asked."""
        return inf

    @abstractmethod
    def gave_up(self, error: Exception) -> bool:
        """Tell whether a statement was ended by `limit`."""

    def like(self, column: LiveColumn, name: Sql, outline: str) -> Sql:
        """Return the condition that a text is LIKE an outline in small ASCII letters, whatever case it has itself."""
        return "lower(" + self.text(name) + ") LIKE " + bound(outline)

    def alike(self, column: LiveColumn, name: Sql, outlines: Collection[Outline]) -> Sql:
        """Return the condition that a text is like any of some outlines."""
        return either(self.one_alike(column, name, outline) for outline in outlines)

    def one_alike(self, column: LiveColumn, name: Sql, outline: Outline) -> Sql:
        """Return the condition that a text is like an outline; see there."""
        alike = self.like(column, name, outline.like)
        closer = [self.like(column, name, one) for one in outline.closer]
        return "(" + alike + " AND " + either(closer) + ")" if closer else alike

    def kept(self, connection: Any) -> list[str]:
        """Return the tables to which what is done cannot be rolled back."""
        return []

    def compact(self, connection: Any, tables: Sequence[str]) -> None:  # noqa: B027 - some engines need no telling
        """Make deleted values unreadable in the engine's files; the names of tables come quoted."""
