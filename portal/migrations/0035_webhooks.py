"""Webhooks: who listens, and what each of them is to be told."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class HookEndpoint(Frozen):
    name = peewee.CharField(64, unique=True)
    url = peewee.CharField(500)
    source = peewee.CharField(64)
    kinds = peewee.CharField(255)
    secret = peewee.BlobField()
    old_secret = peewee.BlobField(null=True)
    old_until = MomentField(null=True)
    state = peewee.CharField(16)
    why = peewee.CharField(64)
    failures = peewee.IntegerField()
    failing_since = MomentField(null=True)
    resting_until = MomentField(null=True)
    heard_at = MomentField(null=True)
    created_at = MomentField()

    class Meta:
        table_name = "hook_endpoints"


class HookMessage(Frozen):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()
    endpoint = peewee.ForeignKeyField(HookEndpoint, on_delete="CASCADE")
    message = peewee.CharField(40)
    kind = peewee.CharField(32)
    subject = peewee.IntegerField(null=True)
    about = peewee.CharField(96)
    facts = peewee.TextField()
    event = peewee.BigIntegerField()
    people = peewee.BlobField(null=True)
    state = peewee.CharField(16)
    at = MomentField()
    give_up_at = MomentField()
    tried_at = MomentField(null=True)
    status = peewee.IntegerField(null=True)
    took = peewee.IntegerField(null=True)
    trouble = peewee.CharField(64)

    class Meta:
        table_name = "hook_messages"
        indexes = (
            (("endpoint", "message"), True),
            (("endpoint", "subject", "id"), False),
            (("endpoint", "id"), False),
            (("subject", "event"), False),
        )


NEW = [HookEndpoint, HookMessage]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    with db.bind_ctx(NEW):
        db.create_tables(NEW, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx(NEW):
        db.drop_tables(NEW, safe=False)
