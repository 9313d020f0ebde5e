"""Single records that a copy leaves out; and what staff had typed when their session was over."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import MomentField


class StaffAccount(peewee.Model):
    class Meta:
        table_name = "staff_accounts"


class StaffKept(peewee.Model):
    staff = peewee.ForeignKeyField(StaffAccount, unique=True, backref="+", on_delete="CASCADE")
    typed = EncryptedField()
    at = MomentField()

    class Meta:
        table_name = "staff_kept"
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them; what was prepared before leaves out whole tables alone."""
    json = "JSON" if isinstance(db, peewee.SqliteDatabase) else "JSONB"
    db.execute_sql(f"ALTER TABLE download_releases ADD COLUMN records {json} DEFAULT '{{}}' NOT NULL")
    with db.bind_ctx([StaffAccount, StaffKept]):
        db.create_tables([StaffKept], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx([StaffAccount, StaffKept]):
        db.drop_tables([StaffKept], safe=False)
    db.execute_sql("ALTER TABLE download_releases DROP COLUMN records")
