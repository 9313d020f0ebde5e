"""MariaDB and MySQL (InnoDB), through PyMySQL, which is imported when the first connection is made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.sources.sql.catalogue import mariadb
from portal.sources.sql.dialect import CONNECT_SECONDS, HASHED, REMOVED, Dialect, Some
from portal.sources.sql.schema import LiveColumn, Schema
from portal.sources.sql.statement import Sql, among, bound, joined

_PASSING = {1021, 1040, 1041, 1053, 1105, 1114, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1290, 1317, 1836, 1927,
            1969, 2002, 2003, 2006, 2013, 2055}  # fmt: skip
_GAVE_UP = 1969
_LONGEST_ANSWER = 300  # seconds
# Of messages that name tables and columns and quote no value.
_NO_VALUES = {1021, 1044, 1045, 1048, 1054, 1114, 1142, 1143, 1146, 1205, 1213, 1290, 1451, 1452, 1836, 1969,
              2002, 2003, 2006, 2013}  # fmt: skip


class Mariadb(Dialect):
    """Reads in one consistent snapshot with unbuffered cursors, one at a time."""

    mark = "`"
    login = (
        "SELECT CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@',"
        " QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))"
    )
    deletes_in_turn = True
    # Spelt as if for several tables: only so does the engine turn IN (SELECT …) into a join, else it reads every row.
    delete = "DELETE {table} FROM {table}"
    update = "UPDATE {table}, (SELECT 1 AS portal_one) AS portal_one"
    reading = (
        "SET SESSION time_zone = '+00:00', net_write_timeout = 600",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    )
    writing = (
        "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 10",
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
        "START TRANSACTION",
    )

    @property
    def errors(self) -> type[Exception]:
        import pymysql

        return pymysql.MySQLError

    def connect(self, write: bool) -> Any:
        address = urlsplit(self.url)
        connection = _driver()(
            host=address.hostname or "localhost",
            port=address.port or 3306,
            user=unquote(address.username or ""),
            password=unquote(address.password or ""),
            database=unquote(address.path[1:]),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=CONNECT_SECONDS,  # for its greeting, else a server that says nothing is waited for long
        )
        connection._read_timeout = _LONGEST_ANSWER
        return connection

    @contextmanager
    def streaming(self, connection: Any, text: str, values: Sequence[Any]) -> Iterator[Some]:
        from pymysql.cursors import SSCursor

        with connection.cursor(SSCursor) as cursor:
            cursor.execute(text, values)
            yield cursor.fetchmany

    def fault(self, error: Exception) -> tuple[str, bool]:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        message = error.args[1] if code in _NO_VALUES else ""
        return f"{type(error).__name__} {code} {message}".strip(), bool(code) and code not in _PASSING

    def is_denial(self, error: Exception) -> bool:
        return bool(error.args) and error.args[0] in (1044, 1142, 1143, 1227)

    def moment(self, at: datetime) -> datetime:
        return at.astimezone(UTC).replace(tzinfo=None)

    def whole(self, column: LiveColumn, name: Sql) -> Sql:
        # A float is given with six digits, a double with all that it has.
        return name + " + 0e0" if column.type.startswith("float") else name

    def joined(self, parts: Sequence[Sql]) -> Sql:
        return "concat(" + joined(parts, ", ") + ")"

    def same_email(self, column: LiveColumn, name: Sql, values: Sequence[str], lowered: bool) -> Sql:
        # The column's own comparison may take é for e: it serves the index, the exact one beside it decides.
        exact = among("CONVERT(lower(" + name + ") USING utf8mb4) COLLATE utf8mb4_bin", values)
        return among(name, values) + " AND " + exact if column.folds else exact

    def digits(self, name: Sql) -> Sql:
        return "regexp_replace(" + name + ", '[^0-9]', '')"

    def hashed(self, name: Sql, salt: str) -> Sql:
        return f"concat('{HASHED}', left(sha2(concat(" + bound(salt) + ", " + name + "), 256), 32))"

    def redacted(self, column: LiveColumn, name: Sql, pattern: str) -> Sql:
        return "regexp_replace(" + name + ", " + bound(_flagged(pattern)) + f", '{REMOVED}')"

    def mentions(self, name: Sql, pattern: str) -> Sql:
        return name + " REGEXP " + bound(_flagged(pattern))

    def limit(self, connection: Any, seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"/*M! SET SESSION max_statement_time = {seconds or 'DEFAULT'} */"
            )  # MySQL has no such limit

    def gave_up(self, error: Exception) -> bool:
        return bool(error.args) and error.args[0] == _GAVE_UP

    def like(self, column: LiveColumn, name: Sql, outline: str) -> Sql:
        return (name if column.folds else "lower(" + name + ")") + " LIKE " + bound(outline)

    def kept(self, connection: Any) -> list[str]:
        return mariadb.without_transactions(connection)

    def beyond(self, connection: Any) -> list[str]:
        return mariadb.beyond(connection)

    def schema(self, connection: Any, others: Collection[str] = ()) -> Schema:
        return mariadb.read(connection, others)


def _flagged(pattern: str) -> str:
    return "(*UCP)(?i)" + pattern


@cache
def _driver() -> Any:
    """Return the driver's connection with one TLS context for all: it would make one each time, 17 ms of work."""
    from pymysql.connections import Connection

    context = Connection(defer_connect=True).ctx  # type: ignore[attr-defined]

    class Driver(Connection):
        def _create_ssl_ctx(self, sslp: Any) -> Any:
            return context

    return Driver
