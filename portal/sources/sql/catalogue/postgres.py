"""The catalogue of PostgreSQL: what is found without its schema, and the schemas that a manifest names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text

_KINDS = {
    "smallint": "integer", "integer": "integer", "bigint": "integer", "numeric": "decimal", "real": "number",
    "double precision": "number", "boolean": "boolean", "date": "date", "interval": "interval", "uuid": "uuid",
    "json": "json", "jsonb": "json", "bytea": "bytes", "text": "text", "character varying": "text", "character": "text",
    "citext": "text", "name": "text", "timestamp without time zone": "datetime", "timestamp with time zone": "datetime",
    "time without time zone": "time", "time with time zone": "time",
}  # fmt: skip
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


def read(connection: Any, others: Collection[str]) -> Schema:
    """Return the live schema, also of the schemas `others` that are there."""
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


def beyond(connection: Any) -> list[str]:
    """Return the other schemas from which foreign keys lead to tables that are looked for anyhow."""
    rows = connection.execute(
        "SELECT DISTINCT n.nspname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
        " JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_class p ON p.oid = c.confrelid"
        " JOIN pg_namespace h ON h.oid = p.relnamespace WHERE c.contype = 'f'"
        " AND h.nspname = ANY(current_schemas(false)) AND n.nspname <> ALL(current_schemas(false)) ORDER BY 1"
    )
    return [name for (name,) in rows]


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
