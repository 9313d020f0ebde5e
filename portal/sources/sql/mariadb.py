"""MariaDB and MySQL (InnoDB), through PyMySQL, which is imported when the first connection is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.sources.sql.dialect import CONNECT_SECONDS, HASHED, REMOVED, Dialect, Some
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text
from portal.sources.sql.statement import Sql, among, bound, joined

_PASSING = {1021, 1040, 1041, 1053, 1105, 1114, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1290, 1317, 1836, 1927,
            1969, 2002, 2003, 2006, 2013, 2055}  # fmt: skip
_GAVE_UP = 1969
_LONGEST_ANSWER = 300  # seconds
_NO_VALUES = {
    1021,
    1044,
    1045,
    1048,
    1054,
    1114,
    1142,
    1143,
    1146,
    1205,
    1213,
    1290,
    1451,
    1452,
    1836,
    1969,
    2002,
    2003,
    2006,
    2013,
}  # messages that name tables and columns and quote no value
_KINDS = {
    "tinyint": "integer", "smallint": "integer", "mediumint": "integer", "int": "integer", "bigint": "integer",
    "year": "integer", "decimal": "decimal", "float": "number", "double": "number", "date": "date", "time": "interval",
    "datetime": "datetime", "timestamp": "datetime", "binary": "bytes", "varbinary": "bytes", "tinyblob": "bytes",
    "blob": "bytes", "mediumblob": "bytes", "longblob": "bytes", "bit": "bytes",
}  # fmt: skip


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
        rows = _read(
            connection,
            "SELECT t.table_name FROM information_schema.tables t JOIN information_schema.engines e USING (engine)"
            " WHERE t.table_schema = DATABASE() AND e.transactions <> 'YES' ORDER BY t.table_name",
        )
        return [name for (name,) in rows]

    def beyond(self, connection: Any) -> list[str]:
        rows = _read(
            connection,
            "SELECT DISTINCT table_schema FROM information_schema.key_column_usage"
            " WHERE referenced_table_schema = DATABASE() AND table_schema <> DATABASE() ORDER BY table_schema",
        )
        return [name for (name,) in rows]

    def schema(self, connection: Any, others: Collection[str] = ()) -> Schema:
        here = [_read(connection, "SELECT DATABASE()")[0][0], *sorted(others)]
        columns, places = _columns(connection, here)
        indexes, references, checks = (
            _indexes(connection, here),
            _references(connection, here),
            _checks(connection, here),
        )
        triggers = _triggers(connection, here)
        keys = {table: next((parts for name, parts, _ in indexes[table] if name == "PRIMARY"), ()) for table in columns}
        return {
            table: LiveTable(
                places[table][1],
                found,
                keys[table],
                tuple(_index(found, parts, unique) for _, parts, unique in indexes[table]),
                tuple(references[table]),
                tail=keys[table],  # InnoDB finds the row by it
                schema=places[table][0],
                checks=tuple(checks[table]),
                triggers=table in triggers,
            )
            for table, found in columns.items()
        }


def _flagged(pattern: str) -> str:
    return "(*UCP)(?i)" + pattern


def _read(connection: Any, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _named(here: Sequence[str], schema: str, table: str) -> str:
    """Return what a table is called: in another database than ours, that one's name before it."""
    return table if schema == here[0] else f"{schema}.{table}"


def _columns(
    connection: Any, here: Sequence[str]
) -> tuple[dict[str, dict[str, LiveColumn]], dict[str, tuple[str, str]]]:
    """Return the columns of each table, and its database (where that must be said) and name."""
    columns: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    places = {}
    for schema, bare_table, name, written, bare, nullable, extra, collation, default in _read(
        connection,
        "SELECT c.table_schema, c.table_name, c.column_name, c.column_type, c.data_type, c.is_nullable, c.extra,"
        " c.collation_name, c.column_default"
        " FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema IN %s AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position",
        (here,),
    ):
        table = _named(here, schema, bare_table)
        made, folds = "GENERATED" in extra.upper(), (collation or "").endswith("_ci")
        kind, preset = _KINDS.get(bare, "text"), is_text(default)
        columns[table][name] = LiveColumn(name, written, kind, nullable == "YES", made, folds, preset)
        places[table] = ("" if schema == here[0] else schema, bare_table)
    return columns, places


def _index(columns: dict[str, LiveColumn], parts: tuple[str, ...], unique: bool) -> Index:
    return Index(parts, unique, bool(parts) and parts[0] in columns and columns[parts[0]].folds)


def _indexes(connection: Any, here: Sequence[str]) -> dict[str, list[tuple[str, tuple[str, ...], bool]]]:
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for schema, table, name, column, other in _read(
        connection,
        "SELECT table_schema, table_name, index_name, column_name, non_unique FROM information_schema.statistics"
        " WHERE table_schema IN %s AND index_type = 'BTREE' ORDER BY table_name, index_name, seq_in_index",
        (here,),
    ):
        found[_named(here, schema, table), name, not other].append(column or "")
    indexes: dict[str, list[tuple[str, tuple[str, ...], bool]]] = defaultdict(list)
    for (table, name, unique), parts in found.items():
        indexes[table].append((name, tuple(parts), unique))
    return indexes


def _checks(connection: Any, here: Sequence[str]) -> dict[str, list[str]]:
    """Return the condition of each CHECK by table. MySQL does not say whose one is; there its name is unique."""
    columns = _read(
        connection,
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'information_schema'"
        " AND table_name = 'CHECK_CONSTRAINTS' AND column_name = 'TABLE_NAME'",
    )
    same = " AND k.table_name = c.table_name" if columns else ""
    found: dict[str, list[str]] = defaultdict(list)
    for schema, table, check in _read(
        connection,
        "SELECT k.table_schema, k.table_name, c.check_clause FROM information_schema.check_constraints c"
        " JOIN information_schema.table_constraints k ON k.constraint_schema = c.constraint_schema"
        f" AND k.constraint_name = c.constraint_name AND k.constraint_type = 'CHECK'{same}"
        " WHERE c.constraint_schema IN %s ORDER BY k.table_name, k.constraint_name",
        (here,),
    ):
        found[_named(here, schema, table)].append(check)
    return found


def _triggers(connection: Any, here: Sequence[str]) -> set[str]:
    asked = "SELECT DISTINCT event_object_schema, event_object_table FROM information_schema.triggers"
    rows = _read(connection, asked + " WHERE event_object_schema IN %s", (here,))
    return {_named(here, schema, table) for schema, table in rows}


def _references(connection: Any, here: Sequence[str]) -> dict[str, list[ForeignKey]]:
    found: dict[tuple[str, str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for schema, table, name, away, target, action, column, to in _read(
        connection,
        "SELECT k.table_schema, k.table_name, k.constraint_name, k.referenced_table_schema, k.referenced_table_name,"
        " r.delete_rule, k.column_name, k.referenced_column_name FROM information_schema.key_column_usage k"
        " JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema"
        " AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name"
        " WHERE k.table_schema IN %s ORDER BY k.table_name, k.constraint_name, k.ordinal_position",
        (here,),
    ):
        found[_named(here, schema, table), name, _named(here, away, target), action].append((column, to))
    references: dict[str, list[ForeignKey]] = defaultdict(list)
    for (table, _, target, action), pairs in found.items():
        columns, to = zip(*pairs, strict=True)
        references[table].append(ForeignKey(columns, target, to, action))
    return references


@cache
def _driver() -> Any:
    """Return the driver's connection with one TLS context for all: it would make one each time, 17 ms of work."""
    from pymysql.connections import Connection

    context = Connection(defer_connect=True).ctx  # type: ignore[attr-defined]

    class Driver(Connection):
        def _create_ssl_ctx(self, sslp: Any) -> Any:
            return context

    return Driver
