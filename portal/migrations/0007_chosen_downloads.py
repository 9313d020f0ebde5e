"""What a download was asked to hold, the pages of its systems, and who fetched it."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Download(Frozen):
    class Meta:
        table_name = "downloads"


class Fetch(Frozen):
    download = peewee.ForeignKeyField(Download, backref="+")
    at = MomentField()
    by_link = peewee.BooleanField()
    device = peewee.CharField(64)
    source = peewee.CharField(64, null=True)

    class Meta:
        table_name = "download_fetches"


COLUMNS = (
    ("downloads", "choice", "{json} NOT NULL DEFAULT '{{}}'"),
    ("download_parts", "file", "VARCHAR(160)"),
    ("download_parts", "size", "BIGINT"),
    ("download_parts", "sha256", "VARCHAR(64)"),
    ("tickets", "by_link", "BOOLEAN NOT NULL DEFAULT FALSE"),
)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    json = "JSON" if isinstance(db, peewee.SqliteDatabase) else "JSONB"
    for table, column, kind in COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind.format(json=json)}")
    with db.bind_ctx([Download, Fetch]):
        db.create_tables([Fetch], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx([Download, Fetch]):
        db.drop_tables([Fetch], safe=False)
    for table, column, _ in COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
