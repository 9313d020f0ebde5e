"""The catalogue of SQLite: what its PRAGMAs say, and what only the text of CREATE does."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping

from portal.sources.sql.catalogue.checks import conditions
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text

_KINDS = {
    "bool": "boolean", "int": "integer", "char": "text", "clob": "text", "text": "text", "blob": "bytes",
    "real": "number", "floa": "number", "doub": "number", "dec": "number", "num": "number",
}  # fmt: skip


def read(connection: sqlite3.Connection) -> Schema:
    """Return the live schema."""
    columns, keys = _columns(connection)
    indexes, references = _indexes(connection), _references(connection, keys)
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    checks = {name: conditions(sql or "") for name, sql in made}
    triggers = {name for (name,) in connection.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")}
    return {
        name: LiveTable(
            name,
            found,
            keys[name],
            (Index(keys[name], True), *indexes[name]),
            tuple(references[name]),
            tail=_rowid(found, keys[name]),
            checks=checks.get(name, ()),
            triggers=name in triggers,
        )
        for name, found in columns.items()
    }


def _rowid(columns: Mapping[str, LiveColumn], key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key where it is the number of the row, with which each index ends."""
    return key if [columns[name].type.upper() for name in key] == ["INTEGER"] else ()


def _columns(connection: sqlite3.Connection) -> tuple[dict[str, dict[str, LiveColumn]], dict[str, tuple[str, ...]]]:
    columns: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for table, name, kind, required, place, hidden, default in connection.execute(
        'SELECT m.name, c.name, c.type, c."notnull", c.pk, c.hidden, c.dflt_value'
        " FROM sqlite_master m, pragma_table_xinfo(m.name) c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden <> 1 ORDER BY m.name, c.cid"
    ):
        free, preset = not (required or place), is_text(default)
        columns[table][name] = LiveColumn(name, kind, _kind(kind), free, bool(hidden), preset=preset)
        places[table] += [(place, name)] if place else []
    return columns, {table: tuple(name for _, name in sorted(places[table])) for table in columns}


def _kind(declared: str) -> str:
    small = declared.lower()
    return next((kind for part, kind in _KINDS.items() if part in small), "text" if small else "other")


def _indexes(connection: sqlite3.Connection) -> dict[str, list[Index]]:
    found: dict[tuple[str, str], tuple[list[str], bool, bool]] = {}
    for table, index, unique, place, name, collation, made in connection.execute(
        'SELECT m.name, i.name, i."unique", x.seqno, x.name, x.coll,'
        " (SELECT sql FROM sqlite_master WHERE name = i.name)"
        " FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x"
        " WHERE m.type = 'table' AND x.key AND NOT i.partial ORDER BY 1, 2, 4"
    ):
        parts, _, _ = found.setdefault((table, index), ([], bool(unique), (collation or "").upper() == "NOCASE"))
        parts.append(name if name is not None else _expression(made, place))
    indexes: dict[str, list[Index]] = defaultdict(list)
    for (table, _), (parts, unique, folds) in found.items():
        indexes[table].append(Index(tuple(parts), unique, folds))
    return indexes


def _expression(made: str, place: int) -> str:
    """Return the expression at a place of CREATE INDEX … ON table (…)."""
    inside = re.split(r"\bon\b", made, maxsplit=1, flags=re.IGNORECASE)[1].partition("(")[2].rpartition(")")[0]
    parts = re.findall(r"(?:[^,(]|\([^)]*\))+", inside)
    return re.sub(r"[\s\"`\[\]]", "", parts[place]).lower() if place < len(parts) else ""


def _references(connection: sqlite3.Connection, keys: dict[str, tuple[str, ...]]) -> dict[str, list[ForeignKey]]:
    found: dict[tuple[str, int], list[tuple[str, str, str | None, str]]] = defaultdict(list)
    for table, number, *rest in connection.execute(
        'SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete'
        " FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
    ):
        found[table, number].append(tuple(rest))
    references: dict[str, list[ForeignKey]] = defaultdict(list)
    for (table, _), parts in found.items():
        target, columns = parts[0][0], tuple(part[1] for part in parts)
        to = keys.get(target, ()) if parts[0][2] is None else tuple(str(part[2]) for part in parts)
        references[table].append(ForeignKey(columns, target, to, parts[0][3]))
    return references
