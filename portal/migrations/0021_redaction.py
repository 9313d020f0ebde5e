"""Single records that a copy leaves out."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them; what was prepared before leaves out whole tables alone."""
    json = "JSON" if isinstance(db, peewee.SqliteDatabase) else "JSONB"
    db.execute_sql(f"ALTER TABLE download_releases ADD COLUMN records {json} DEFAULT '{{}}' NOT NULL")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    db.execute_sql("ALTER TABLE download_releases DROP COLUMN records")
