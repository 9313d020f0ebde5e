"""Systems compared at night with what people chose: what differs, and when each was compared."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class Drift(Frozen):
    subject = peewee.ForeignKeyField(Subject)
    source = peewee.CharField(64)
    purpose = peewee.CharField(96)
    kind = peewee.CharField(8)
    stored = peewee.CharField(32)
    wanted = peewee.CharField(32)
    found_at = MomentField()
    seen_at = MomentField()
    tries = peewee.IntegerField()
    mended_at = MomentField(null=True)

    class Meta:
        table_name = "drifts"
        indexes = (
            (("subject", "source", "purpose"), True),
            (("source", "mended_at", "purpose"), False),
        )


class Reconciliation(Frozen):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()
    source = peewee.CharField(64, unique=True)
    begun_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    rows = peewee.IntegerField()
    trouble = peewee.CharField(160)

    class Meta:
        table_name = "reconciliations"


NEW = [Drift, Reconciliation]
# SQLite's REPLACE deletes a row and asks no trigger about that, so the ledger refuses a second row of a number.
GUARD = """CREATE TRIGGER consent_events_replace BEFORE INSERT ON consent_events
WHEN EXISTS (SELECT 1 FROM consent_events WHERE id = NEW.id OR record = NEW.record)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    with db.bind_ctx([*NEW, Subject]):
        db.create_tables(NEW, safe=False)
    db.execute_sql(f"ALTER TABLE deliveries ADD COLUMN again_at {MomentField.field_type}")
    is_sqlite = isinstance(db, peewee.SqliteDatabase)
    if is_sqlite:
        db.execute_sql(GUARD)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    is_sqlite = isinstance(db, peewee.SqliteDatabase)
    if is_sqlite:
        db.execute_sql("DROP TRIGGER IF EXISTS consent_events_replace")
    db.execute_sql("ALTER TABLE deliveries DROP COLUMN again_at")
    with db.bind_ctx([*NEW, Subject]):
        db.drop_tables(NEW, safe=False)
