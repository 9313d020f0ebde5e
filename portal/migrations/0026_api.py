"""Keys of programs, the answers that they may ask for again, and the ways to a person by number in a system."""

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


class ApiKey(Frozen):
    name = peewee.CharField(64, unique=True)
    digest = peewee.CharField(64, unique=True)
    scopes = JsonField()
    rate = peewee.IntegerField()
    created_at = MomentField()
    used_at = MomentField(null=True)
    disabled_at = MomentField(null=True)

    class Meta:
        table_name = "api_keys"


class ApiAnswer(Frozen):
    key = peewee.ForeignKeyField(ApiKey, on_delete="CASCADE")
    name = peewee.CharField(64)
    asked = peewee.CharField(64)
    status = peewee.IntegerField()
    answer = peewee.BlobField(null=True)
    subject = peewee.ForeignKeyField(Subject, null=True)
    at = MomentField(index=True)

    class Meta:
        table_name = "api_answers"
        indexes = ((("key", "name"), True),)


NEW = [ApiKey, ApiAnswer]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    with db.bind_ctx([*NEW, Subject]):
        db.create_tables(NEW, safe=False)
    db.execute_sql("CREATE INDEX links_by_key ON links (source, key_hash)")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    db.execute_sql("DROP INDEX links_by_key")
    with db.bind_ctx([*NEW, Subject]):
        db.drop_tables(NEW, safe=False)
