"""PostgreSQL, through psycopg 3, which is imported when the first connection is made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from portal.sources.sql.dialect import CONNECT_SECONDS, HASHED, REMOVED, Dialect, Some
from portal.sources.sql.lenient import keep_what_python_lacks
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text
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
_KINDS = {
    "smallint": "integer", "integer": "integer", "bigint": "integer", "numeric": "decimal", "real": "number",
    "double precision": "number", "boolean": "boolean", "date": "date", "interval": "interval", "uuid": "uuid",
    "json": "json", "jsonb": "json", "bytea": "bytes", "text": "text", "character varying": "text", "character": "text",
    "citext": "text", "name": "text", "timestamp without time zone": "datetime", "timestamp with time zone": "datetime",
    "time without time zone": "time", "time with time zone": "time",
}  # fmt: skip
_ROWS = re.compile(r" rows=([0-9]+) ")  # what a plan says of each of its nodes, in every language
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_HERE = (
    "JOIN pg_namespace n ON n.oid = t.relnamespace AND t.relkind IN ('r', 'p')"
    " AND (n.nspname = ANY(current_schemas(false)) OR n.nspname = ANY(%(others)s))"
)
# What is found without its schema is known without it, so that one table has one name.
_NAME = (
    "CASE WHEN pg_table_is_visible({0}.oid) THEN {0}.relname::text"
    " ELSE {0}.relnamespace::regnamespace || '.' || {0}.relname END"
)
_TABLE = _NAME.format("t")


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
        rows = connection.execute(
            "SELECT DISTINCT n.nspname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
            " JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_class p ON p.oid = c.confrelid"
            " JOIN pg_namespace h ON h.oid = p.relnamespace WHERE c.contype = 'f'"
            " AND h.nspname = ANY(current_schemas(false)) AND n.nspname <> ALL(current_schemas(false)) ORDER BY 1"
        )
        return [name for (name,) in rows]

    def schema(self, connection: Any, others: Collection[str] = ()) -> Schema:
        named = {"others": sorted(others)}
        columns, places = _columns(connection, named)
        indexes, references = _indexes(connection, named), _references(connection, named)
        keys = {table: index.parts for table, index, primary in indexes if primary}
        checks, parts = _checks(connection, named), _parts(connection, named)
        triggers = _triggers(connection, named)
        return {
            table: LiveTable(
                places[table][1],
                found,
                keys.get(table, ()),
                tuple(index for owner, index, _ in indexes if owner == table),
                tuple(key for owner, key in references if owner == table),
                schema=places[table][0],
                checks=tuple(check for owner, check in checks if owner == table),
                part_of=parts.get(table, ""),
                triggers=table in triggers,
            )
            for table, found in columns.items()
        }


Named = dict[str, list[str]]


def _columns(connection: Any, named: Named) -> tuple[dict[str, dict[str, LiveColumn]], dict[str, tuple[str, str]]]:
    """Return the columns of each table, and its schema (where that must be said) and name."""
    columns: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    places = {}
    rows = connection.execute(
        f"SELECT {_TABLE}, CASE WHEN pg_table_is_visible(t.oid) THEN '' ELSE n.nspname END, t.relname, a.attname,"
        " format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL),"
        " a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a',"
        f" pg_get_expr(d.adbin, d.adrelid) FROM pg_class t {_HERE}"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " ORDER BY 1, a.attnum",
        named,
    )
    for table, schema, bare_table, name, written, bare, required, made, default in rows:
        kind = _KINDS.get(bare.removesuffix("[]"), "other") + "[]" * bare.endswith("[]")
        columns[table][name] = LiveColumn(name, written, kind, not required, made, bare == "citext", is_text(default))
        places[table] = (schema, bare_table)
    return columns, places


def _indexes(connection: Any, named: Named) -> list[tuple[str, Index, bool]]:
    rows = connection.execute(
        f"SELECT {_TABLE}, x.indisprimary, x.indisunique, ARRAY(SELECT COALESCE(a.attname::text,"
        " pg_get_indexdef(x.indexrelid, k.place::int, true)) FROM unnest(x.indkey) WITH ORDINALITY k (number, place)"
        " LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0"
        " WHERE k.place <= x.indnkeyatts ORDER BY k.place), COALESCE(format_type(f.atttypid, NULL), '') = 'citext'"
        f" FROM pg_class t {_HERE} JOIN pg_index x ON x.indrelid = t.oid AND x.indpred IS NULL AND x.indisvalid"
        " LEFT JOIN pg_attribute f ON f.attrelid = t.oid AND f.attnum = x.indkey[0] AND x.indkey[0] > 0",
        named,
    )
    return [
        (table, Index(tuple(_bare(part) for part in parts), unique, folds), primary)
        for table, primary, unique, parts, folds in rows
    ]


def _bare(part: str) -> str:
    """Return an expression without casts, quotes and spaces; a column as it is."""
    return part.replace("::text", "").replace('"', "").replace(" ", "").lower() if "(" in part else part


def _checks(connection: Any, named: Named) -> list[tuple[str, str]]:
    """Return the condition of each CHECK, as the engine writes it."""
    rows = connection.execute(
        f"SELECT {_TABLE}, pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
        f" {_HERE} WHERE c.contype = 'c' ORDER BY 1, c.conname",
        named,
    )
    return [(table, check) for table, check in rows]


def _parts(connection: Any, named: Named) -> dict[str, str]:
    """Return the table above each partition and each table that inherits."""
    rows = connection.execute(
        f"SELECT {_TABLE}, {_NAME.format('p')} FROM pg_inherits i JOIN pg_class t ON t.oid = i.inhrelid {_HERE}"
        " JOIN pg_class p ON p.oid = i.inhparent ORDER BY i.inhseqno DESC",
        named,
    )
    return dict(rows.fetchall())


def _triggers(connection: Any, named: Named) -> set[str]:
    """Return the tables with triggers of their own."""
    asked = f"SELECT DISTINCT {_TABLE} FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid {_HERE}"
    return {table for (table,) in connection.execute(asked + " WHERE NOT g.tgisinternal", named)}


def _references(connection: Any, named: Named) -> list[tuple[str, ForeignKey]]:
    names = (
        "ARRAY(SELECT a.attname::text FROM unnest({numbers}) WITH ORDINALITY k (number, place)"
        " JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number ORDER BY k.place)"
    )
    child = names.format(numbers="c.conkey", table="c.conrelid")
    parent = names.format(numbers="c.confkey", table="c.confrelid")
    rows = connection.execute(
        f"SELECT {_TABLE}, {_NAME.format('p')}, {child}, {parent}, c.confdeltype FROM pg_constraint c"
        f" JOIN pg_class t ON t.oid = c.conrelid {_HERE} JOIN pg_class p ON p.oid = c.confrelid"
        " WHERE c.contype = 'f' AND c.conparentid = 0 ORDER BY 1, c.conname",
        named,
    )
    return [
        (table, ForeignKey(tuple(columns), target, tuple(to), _ACTIONS[action]))
        for table, target, columns, to, action in rows
    ]
