"""Browsers that are told of news."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class PushSubscription(peewee.Model):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()
    account = peewee.IntegerField(index=True)
    session = peewee.IntegerField()
    browser_hash = peewee.CharField(80)
    device = peewee.CharField(120)
    language = peewee.CharField(8)
    endpoint = peewee.BlobField()
    endpoint_hash = peewee.CharField(80, unique=True)
    public_key = peewee.CharField(100)
    auth = peewee.BlobField()
    sender = peewee.CharField(100)
    created_at = MomentField()
    news_at = MomentField(null=True)
    told_at = MomentField(null=True)

    class Meta:
        table_name = "push_subscriptions"
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([PushSubscription]):
        db.create_tables([PushSubscription], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([PushSubscription]):
        db.drop_tables([PushSubscription], safe=False)
