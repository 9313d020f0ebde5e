"""Addresses that mail comes back from, and mails that were taken in."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Bounce(peewee.Model):
    account = peewee.IntegerField(null=True, index=True)
    channel = peewee.CharField(8)
    address_hash = peewee.CharField(80, unique=True)
    lasting = peewee.BooleanField()
    status = peewee.CharField(16)
    times = peewee.IntegerField()
    first_at = MomentField()
    last_at = MomentField()

    class Meta:
        table_name = "bounces"
        legacy_table_names = False


class Arrival(peewee.Model):
    digest = peewee.CharField(64, unique=True)
    outcome = peewee.CharField(16)
    at = MomentField(index=True)

    class Meta:
        table_name = "arrivals"
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables."""
    with db.bind_ctx([Bounce, Arrival]):
        db.create_tables([Bounce, Arrival], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx([Bounce, Arrival]):
        db.drop_tables([Bounce, Arrival], safe=False)
