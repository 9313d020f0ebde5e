"""What the nightly retention did, and who was found again after an erasure: by numbers of erasures, not by names."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Retention(peewee.Model):
    source = peewee.CharField(64)
    table = peewee.CharField(64)
    looked_at = MomentField()
    rows = peewee.IntegerField()
    rows_in_all = peewee.BigIntegerField()
    failed = peewee.CharField(200)

    class Meta:
        table_name = "retentions"
        legacy_table_names = False
        indexes = ((("source", "table"), True),)


class Returned(peewee.Model):
    source = peewee.CharField(64)
    erasure = peewee.CharField(16)
    case = peewee.CharField(16)
    found_at = MomentField()

    class Meta:
        table_name = "returned"
        legacy_table_names = False
        indexes = ((("source", "erasure"), True),)


MODELS = [Retention, Returned]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the tables."""
    with db.bind_ctx(MODELS):
        db.create_tables(MODELS, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx(MODELS):
        db.drop_tables(MODELS, safe=False)
