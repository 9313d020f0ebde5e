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


class Suppression(Frozen):
    subject = peewee.ForeignKeyField(Subject, primary_key=True)
    number = peewee.BigIntegerField(unique=True)
    is_no = peewee.BooleanField()
    line = peewee.TextField()

    class Meta:
        table_name = "suppressions"


class Followed(Frozen):
    event = peewee.BigIntegerField()
    number = peewee.BigIntegerField()
    at = MomentField()

    class Meta:
        table_name = "suppressions_followed"


NEW = [ApiKey, ApiAnswer, Suppression, Followed]
INDEXES = {
    "links_by_key": "links (source, key_hash, state, proven_by, subject_id)",
    "links_by_time": "links (linked_at)",
    "identifiers_by_hash": "identifiers (kind, hash, account_id)",
    "identifiers_by_time": "identifiers (proven_at)",
    "standing_by_event": "standing (event)",
}


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    with db.bind_ctx([*NEW, Subject]):
        db.create_tables(NEW, safe=False)
    for name, columns in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {columns}")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX {name}")
    with db.bind_ctx([*NEW, Subject]):
        db.drop_tables(NEW, safe=False)
