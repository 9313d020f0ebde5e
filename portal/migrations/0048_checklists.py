"""Where staff have to look for somebody: systems without a program."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class ChecklistItem(peewee.Model):
    source = peewee.CharField(64)
    table = peewee.CharField(64)
    purpose = peewee.CharField(8)
    request = peewee.CharField(120)
    hash = peewee.CharField(80, index=True)
    who = peewee.BlobField(null=True)
    asked_at = MomentField()
    answered_at = MomentField(null=True, index=True)
    outcome = peewee.CharField(8)
    words = peewee.BlobField(null=True)
    staff = peewee.IntegerField(null=True)

    class Meta:
        table_name = "checklist_items"
        legacy_table_names = False
        indexes = ((("source", "table", "purpose", "request", "hash"), True),)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([ChecklistItem]):
        db.create_tables([ChecklistItem], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([ChecklistItem]):
        db.drop_tables([ChecklistItem], safe=False)
