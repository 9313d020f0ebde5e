"""PostgreSQL, through psycopg 3, which is imported when the first connection is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from portal.sources.sql.catalogue import postgres
from portal.sources.sql.dialect import CONNECT_SECONDS, HASHED, REMOVED, Dialect, Some
from portal.sources.sql.lenient import keep_what_python_lacks
from portal.sources.sql.schema import LiveColumn, Schema
from portal.sources.sql.spellings import Outline, shared_digit
from portal.sources.sql.statement import Sql, bound, either

_PASSING = (
    "08",
    "25006",
    "40",
    "53",
    "55",
    "57",
    "58",
)  # classes of SQLSTATE: connection, (read only, as a standby is), rollback, resources, locks, operator, system
# A server that is gone without a word is noticed within a minute, in the middle of a statement too.
_ALIVE: dict[str, Any] = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3,
                          "tcp_user_timeout": 60_000}  # fmt: skip
_VALUES = "22"  # the class whose messages quote values
_ROWS = re.compile(r" rows=([0-9]+) ")  # what a plan says of each of its nodes, in every language


class Postgres(Dialect):
    """Reads in REPEATABLE READ READ ONLY with server-side cursors."""

    null_is_highest = True
    # Whatever a database was set to, its values are written in the one way that is read here without loss.
    reading = (
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        " SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),"
        " set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true)",
    )
    login = "SELECT quote_ident(current_user)"
    writing = ("BEGIN; SET LOCAL TIME ZONE 'UTC'; SET LOCAL lock_timeout = '10s'",)
    only_marks = True
    # Statistics still have what was just erased, and workers to read it would take longer to start than to read.
    finding_none = ("SET LOCAL max_parallel_workers_per_gather = 0",)

    @property
    def errors(self) -> type[Exception]:
        import psycopg

        return psycopg.Error

    def connect(self, write: bool) -> Any:
        import psycopg

        connection = psycopg.connect(self.url, autocommit=True, connect_timeout=CONNECT_SECONDS, **_ALIVE)
        keep_what_python_lacks(connection)
        return connection

    @contextmanager
    def streaming(self, connection: Any, text: str, values: Sequence[Any]) -> Iterator[Some]:
        with connection.cursor(name="portal_rows") as cursor:
            cursor.execute(text, values)
            yield cursor.fetchmany

    def fault(self, error: Exception) -> tuple[str, bool]:
        state = getattr(error, "sqlstate", None) or ""
        message = getattr(getattr(error, "diag", None), "message_primary", None) or ""
        shown = "" if state.startswith(_VALUES) else message if state else str(error).partition("\n")[0]
        return " ".join(part for part in (type(error).__name__, state, shown) if part), bool(
            state
        ) and not state.startswith(_PASSING)

    def is_denial(self, error: Exception) -> bool:
        return getattr(error, "sqlstate", None) == "42501"

    def text(self, expression: Sql) -> Sql:
        return "CAST(" + expression + " AS text)"

    def digits(self, name: Sql) -> Sql:
        return "regexp_replace(" + name + ", '[^0-9]', '', 'g')"

    def hashed(self, name: Sql, salt: str) -> Sql:
        salted = bound(salt) + "::text || " + self.text(name)
        return f"'{HASHED}' || left(encode(sha256(convert_to(" + salted + ", 'UTF8')), 'hex'), 32)"

    def redacted(self, column: LiveColumn, name: Sql, pattern: str) -> Sql:
        changed = "regexp_replace(" + self.text(name) + ", " + bound(pattern) + f", '{REMOVED}', 'gi')"
        return "CAST(" + changed + f" AS {column.type})"

    def mentions(self, name: Sql, pattern: str) -> Sql:
        return self.text(name) + " ~* " + bound(pattern)

    def alike(self, column: LiveColumn, name: Sql, outlines: Collection[Outline]) -> Sql:
        """Ask for a digit first that none can be without: one sign is found in half of the time that a LIKE takes."""
        alike, digit = super().alike(column, name, outlines), shared_digit(outlines)
        if not digit:
            return alike
        return "(" + self._has(column, name, digit) + " AND " + alike + ")"

    def one_alike(self, column: LiveColumn, name: Sql, outline: Outline) -> Sql:
        """Ask for length and shape first: LIKE has regard to case, and to make a text small takes longer than both.

        A text has at least as many bytes as signs, and they are counted without reading it.
        """
        if not outline.shapes:
            return super().one_alike(column, name, outline)
        ways = either(
            "(" + self._shaped(column, name, shape) + " AND " + self.like(column, name, one) + ")"
            for shape, one in zip(outline.shapes, outline.closer, strict=True)
        )
        return "(octet_length(" + self._bytewise(column, name) + f") >= {outline.least} AND " + ways + ")"

    def _shaped(self, column: LiveColumn, name: Sql, shape: str) -> Sql:
        """Return the condition that a text has a shape; one as URLs write it is rare, and told by its sign."""
        shaped = self._bytewise(column, name) + " LIKE " + bound(shape)
        return self._has(column, name, "%") + " AND " + shaped if r"\%" in shape else shaped

    def _has(self, column: LiveColumn, name: Sql, sign: str) -> Sql:
        return "strpos(" + self._bytewise(column, name) + f", '{sign}') > 0"

    def limit(self, connection: Any, seconds: float) -> None:
        if seconds:
            connection.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")

    def guess(self, connection: Any, text: str, values: Sequence[Any]) -> float:
        [first, *_] = connection.execute("EXPLAIN " + text, values).fetchone()
        return float(_ROWS.findall(first)[0])

    def gave_up(self, error: Exception) -> bool:
        return getattr(error, "sqlstate", None) == "57014"

    def like(self, column: LiveColumn, name: Sql, outline: str) -> Sql:
        text = self._bytewise(column, name)
        has_case = any(sign.isalpha() for sign in outline)
        return ("lower(" + text + ")" if has_case else text) + " LIKE " + bound(outline)

    def _bytewise(self, column: LiveColumn, name: Sql) -> Sql:
        return (name if column.kind == "text" else self.text(name)) + ' COLLATE "C"'

    def compact(self, connection: Any, tables: Sequence[str]) -> None:
        for table in tables:
            connection.execute("VACUUM " + table)

    def beyond(self, connection: Any) -> list[str]:
        return postgres.beyond(connection)

    def schema(self, connection: Any, others: Collection[str] = ()) -> Schema:
        return postgres.read(connection, others)
