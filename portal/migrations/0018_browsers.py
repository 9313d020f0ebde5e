"""By what a browser is known at its next session."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add it; sessions of before have none."""
    db.execute_sql("ALTER TABLE sessions ADD COLUMN browser_hash VARCHAR(80)")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    db.execute_sql("ALTER TABLE sessions DROP COLUMN browser_hash")
