"""Whether others process the data of a request too, which the law gives more time for."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add it; requests of before have the shorter time, which they were promised."""
    db.execute_sql("ALTER TABLE cases ADD COLUMN shared BOOLEAN DEFAULT FALSE NOT NULL")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    db.execute_sql("ALTER TABLE cases DROP COLUMN shared")
