"""PostgreSQL, through psycopg 3, which is imported when the first connection is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from portal.sources.sql.dialect import BATCH, CONNECT_SECONDS, HASHED, REMOVED, Dialect
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text
from portal.sources.sql.statement import Sql, bound

_PASSING = (
    "08",
    "40",
    "53",
    "55",
    "57",
    "58",
)  # classes of SQLSTATE: connection, rollback, resources, locks, operator, system
_VALUES = "22"  # the class whose messages quote values
_KINDS = {
    "smallint": "integer", "integer": "integer", "bigint": "integer", "numeric": "decimal", "real": "number",
    "double precision": "number", "boolean": "boolean", "date": "date", "interval": "interval", "uuid": "uuid",
    "json": "json", "jsonb": "json", "bytea": "bytes", "text": "text", "character varying": "text", "character": "text",
    "citext": "text", "name": "text", "timestamp without time zone": "datetime", "timestamp with time zone": "datetime",
    "time without time zone": "time", "time with time zone": "time",
}  # fmt: skip
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_HERE = (
    "JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = ANY(current_schemas(false))"
    " AND t.relkind IN ('r', 'p')"
)


class Postgres(Dialect):
    """Reads in REPEATABLE READ READ ONLY with server-side cursors."""

    null_is_highest = True
    reading = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL TIME ZONE 'UTC'")
    writing = ("BEGIN", "SET LOCAL TIME ZONE 'UTC'", "SET LOCAL lock_timeout = '10s'")

    @property
    def errors(self) -> type[Exception]:
        import psycopg

        return psycopg.Error

    def connect(self, write: bool) -> Any:
        import psycopg

        connection = psycopg.connect(self.url, autocommit=True, connect_timeout=CONNECT_SECONDS)
        _keep_odd_dates(connection)
        return connection

    def stream(self, connection: Any, text: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with connection.cursor(name="portal_rows") as cursor:
            cursor.itersize = BATCH
            cursor.execute(text, values)
            yield from cursor

    def fault(self, error: Exception) -> tuple[str, bool]:
        state = getattr(error, "sqlstate", None) or ""
        message = getattr(getattr(error, "diag", None), "message_primary", None) or ""
        shown = "" if state.startswith(_VALUES) else message if state else str(error).partition("\n")[0]
        return f"{type(error).__name__} {state} {shown}".strip(), bool(state) and not state.startswith(_PASSING)

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

    def limit(self, connection: Any, seconds: float) -> None:
        wanted = f"SET statement_timeout = {int(seconds * 1000)}" if seconds else "RESET statement_timeout"
        connection.execute(wanted)

    def gave_up(self, error: Exception) -> bool:
        return getattr(error, "sqlstate", None) == "57014"

    def like(self, column: LiveColumn, name: Sql, outline: str) -> Sql:
        text = (name if column.kind == "text" else self.text(name)) + ' COLLATE "C"'
        has_case = any(sign.isalpha() for sign in outline)
        return ("lower(" + text + ")" if has_case else text) + " LIKE " + bound(outline)

    def compact(self, connection: Any, tables: Sequence[str]) -> None:
        for table in tables:
            connection.execute("VACUUM " + self.quote(table))

    def schema(self, connection: Any) -> Schema:
        columns, indexes, references = _columns(connection), _indexes(connection), _references(connection)
        keys = {table: index.parts for table, index, primary in indexes if primary}
        return {
            table: LiveTable(
                table,
                found,
                keys.get(table, ()),
                tuple(index for owner, index, _ in indexes if owner == table),
                tuple(key for owner, key in references if owner == table),
            )
            for table, found in columns.items()
        }


def _columns(connection: Any) -> dict[str, dict[str, LiveColumn]]:
    columns: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    rows = connection.execute(
        "SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL),"
        " a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a',"
        f" pg_get_expr(d.adbin, d.adrelid) FROM pg_class t {_HERE}"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " ORDER BY t.relname, a.attnum"
    )
    for table, name, written, bare, required, made, default in rows:
        kind = _KINDS.get(bare.removesuffix("[]"), "other") + "[]" * bare.endswith("[]")
        columns[table][name] = LiveColumn(name, written, kind, not required, made, bare == "citext", is_text(default))
    return columns


def _indexes(connection: Any) -> list[tuple[str, Index, bool]]:
    rows = connection.execute(
        "SELECT t.relname, x.indisprimary, x.indisunique, ARRAY(SELECT COALESCE(a.attname::text,"
        " pg_get_indexdef(x.indexrelid, k.place::int, true)) FROM unnest(x.indkey) WITH ORDINALITY k (number, place)"
        " LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0"
        " WHERE k.place <= x.indnkeyatts ORDER BY k.place), COALESCE(format_type(f.atttypid, NULL), '') = 'citext'"
        f" FROM pg_class t {_HERE} JOIN pg_index x ON x.indrelid = t.oid AND x.indpred IS NULL AND x.indisvalid"
        " LEFT JOIN pg_attribute f ON f.attrelid = t.oid AND f.attnum = x.indkey[0] AND x.indkey[0] > 0"
    )
    return [
        (table, Index(tuple(_bare(part) for part in parts), unique, folds), primary)
        for table, primary, unique, parts, folds in rows
    ]


def _bare(part: str) -> str:
    """Return an expression without casts, quotes and spaces; a column as it is."""
    return part.replace("::text", "").replace('"', "").replace(" ", "").lower() if "(" in part else part


def _references(connection: Any) -> list[tuple[str, ForeignKey]]:
    names = (
        "ARRAY(SELECT a.attname::text FROM unnest({numbers}) WITH ORDINALITY k (number, place)"
        " JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number ORDER BY k.place)"
    )
    child = names.format(numbers="c.conkey", table="c.conrelid")
    parent = names.format(numbers="c.confkey", table="c.confrelid")
    rows = connection.execute(
        f"SELECT t.relname, p.relname, {child}, {parent}, c.confdeltype FROM pg_constraint c"
        f" JOIN pg_class t ON t.oid = c.conrelid {_HERE} JOIN pg_class p ON p.oid = c.confrelid"
        " WHERE c.contype = 'f' AND c.conparentid = 0 ORDER BY t.relname, c.conname"
    )
    return [
        (table, ForeignKey(tuple(columns), target, tuple(to), _ACTIONS[action]))
        for table, target, columns, to, action in rows
    ]


def _keep_odd_dates(connection: Any) -> None:
    """Let dates that Python has no value for (infinity, BC, after 9999) come through as their text."""
    from psycopg import DataError
    from psycopg.types import datetime as kinds

    def lenient(base: Any) -> Any:
        def load(self: Any, data: Any) -> Any:
            try:
                return base.load(self, data)
            except DataError:
                return bytes(data).decode()

        return type("Lenient" + base.__name__, (base,), {"load": load})

    for name, loader in (
        ("date", kinds.DateLoader),
        ("timestamp", kinds.TimestampLoader),
        ("timestamptz", kinds.TimestamptzLoader),
        ("interval", kinds.IntervalLoader),
    ):
        connection.adapters.register_loader(name, lenient(loader))
