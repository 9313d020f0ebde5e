"""What senders are told of addresses that have no account: not yet, or not any more."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator


class KeptSuppression(peewee.Model):
    told = peewee.CharField(64, primary_key=True)
    number = peewee.BigIntegerField(unique=True)
    is_no = peewee.BooleanField()
    line = peewee.TextField()

    class Meta:
        legacy_table_names = False
        table_name = "kept_suppressions"


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([KeptSuppression]):
        db.create_tables([KeptSuppression], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([KeptSuppression]):
        db.drop_tables([KeptSuppression], safe=False)
