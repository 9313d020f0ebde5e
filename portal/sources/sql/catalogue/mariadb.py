"""The catalogue of MariaDB and MySQL: information_schema of our own database and of those that a manifest names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text

_KINDS = {
    "tinyint": "integer", "smallint": "integer", "mediumint": "integer", "int": "integer", "bigint": "integer",
    "year": "integer", "decimal": "decimal", "float": "number", "double": "number", "date": "date", "time": "interval",
    "datetime": "datetime", "timestamp": "datetime", "binary": "bytes", "varbinary": "bytes", "tinyblob": "bytes",
    "blob": "bytes", "mediumblob": "bytes", "longblob": "bytes", "bit": "bytes",
}  # fmt: skip


def read(connection: Any, others: Collection[str]) -> Schema:
    """Return the live schema, also of the schemas `others` that are there."""
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


def without_transactions(connection: Any) -> list[str]:
    """Return the tables of an engine that cannot roll back."""
    rows = _read(
        connection,
        "SELECT t.table_name FROM information_schema.tables t JOIN information_schema.engines e USING (engine)"
        " WHERE t.table_schema = DATABASE() AND e.transactions <> 'YES' ORDER BY t.table_name",
    )
    return [name for (name,) in rows]


def beyond(connection: Any) -> list[str]:
    """Return the other schemas from which foreign keys lead to tables that are looked for anyhow."""
    rows = _read(
        connection,
        "SELECT DISTINCT table_schema FROM information_schema.key_column_usage"
        " WHERE referenced_table_schema = DATABASE() AND table_schema <> DATABASE() ORDER BY table_schema",
    )
    return [name for (name,) in rows]


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


def _read(connection: Any, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())
