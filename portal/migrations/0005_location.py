"""Places that go on request, and the night on which old ones go."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class Removal(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    kind = peewee.CharField(8)
    since = MomentField(null=True)
    until = MomentField(null=True)
    key = JsonField(null=True)
    asked_at = MomentField()
    done_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "location_removals"


class RemovalPart(Frozen):
    removal = peewee.ForeignKeyField(Removal, backref="+")
    source = peewee.CharField(64)
    title = peewee.CharField(120)
    found = peewee.IntegerField(null=True)
    done_at = MomentField(null=True)

    class Meta:
        table_name = "location_removal_parts"
        indexes = ((("removal", "source"), True),)


class Keeping(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+", unique=True)
    before = peewee.CharField(32, null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "location_keepings"


TABLES = [Removal, RemovalPart, Keeping]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Create the tables."""
    with db.bind_ctx([Subject, *TABLES]):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
