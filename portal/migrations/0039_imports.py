"""What was recorded elsewhere before it came here, and what is kept of whom nobody knows yet or any more."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Remembered(Frozen):
    kind = peewee.CharField(16)
    hash = peewee.CharField(80, index=True)
    told = peewee.CharField(64, index=True)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)
    is_no = peewee.BooleanField()
    cause = peewee.CharField(16)
    origin = peewee.CharField(64)
    said_at = MomentField(null=True)
    at = MomentField()
    language = peewee.CharField(8)
    wording = peewee.TextField()
    notice = peewee.CharField(32)
    notice_version = peewee.CharField(32)
    mark = peewee.CharField(64, unique=True)
    moved = peewee.BooleanField()
    followed = peewee.BooleanField(index=True)

    class Meta:
        table_name = "remembered"


class Connection(Frozen):
    source = peewee.CharField(64, unique=True)
    people = peewee.IntegerField()
    begun_at = MomentField()
    finished_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "connections"


NEW = [Remembered, Connection]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them; every row that was found before has still to be read once."""
    moment = "TIMESTAMPTZ"
    db.execute_sql("ALTER TABLE consent_events ADD COLUMN origin VARCHAR(64)")
    db.execute_sql(f"ALTER TABLE consent_events ADD COLUMN said_at {moment}")
    db.execute_sql(f"ALTER TABLE links ADD COLUMN read_at {moment}")
    db.execute_sql("CREATE INDEX links_unread ON links (source, id) WHERE read_at IS NULL")
    with db.bind_ctx(NEW):
        db.create_tables(NEW, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them; what was imported stays in the ledger as if it had been said here."""
    with db.bind_ctx(NEW):
        db.drop_tables(NEW, safe=False)
    db.execute_sql("DROP INDEX links_unread")
    for table, column in (("links", "read_at"), ("consent_events", "said_at"), ("consent_events", "origin")):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
