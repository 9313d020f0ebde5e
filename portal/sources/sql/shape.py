"""A live schema in words, so that two of them can be compared long after one another."""

from __future__ import annotations

from portal.sources.base import Shape
from portal.sources.sql.schema import LiveColumn, LiveTable, Schema


def shape(schema: Schema) -> Shape:
    """Return each table's columns, key, unique indexes, foreign keys and conditions, each by a name for it."""
    return {name: _table(live) for name, live in sorted(schema.items())}


def _table(live: LiveTable) -> dict[str, str]:
    parts = {name: _column(column) for name, column in live.columns.items()}
    parts["primary key"] = ", ".join(live.key) or "none"
    for key in live.references:
        where = f"{key.table} ({', '.join(key.to)}) ON DELETE {key.on_delete}"
        parts[f"foreign key ({', '.join(key.columns)})"] = where
    for index in live.indexes:
        if index.unique and index.parts and index.parts != live.key:
            parts[f"unique ({', '.join(index.parts)})"] = "unique"
    for check in live.checks:
        parts[f"CHECK ({check})"] = "condition"
    return parts


def _column(column: LiveColumn) -> str:
    return column.type + ("" if column.nullable else " NOT NULL") + (" GENERATED" if column.generated else "")
