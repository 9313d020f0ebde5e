"""Requests by when they arrived and ended, for the figures."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator, migrate

COLUMNS = ("received_at", "closed_at")


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the indexes."""
    migrate(*(migrator.add_index("cases", (name,)) for name in COLUMNS))


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    migrate(*(migrator.drop_index("cases", _index(db, name)) for name in COLUMNS))


def _index(db: Any, column: str) -> str:
    return next(str(index.name) for index in db.get_indexes("cases") if tuple(index.columns) == (column,))
