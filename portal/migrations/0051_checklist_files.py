"""Files that show what staff found or did by hand."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class ChecklistItem(peewee.Model):
    class Meta:
        table_name = "checklist_items"
        legacy_table_names = False


class ChecklistFile(peewee.Model):
    item = peewee.ForeignKeyField(ChecklistItem)
    media_type = peewee.CharField(32)
    ending = peewee.CharField(8)
    size = peewee.IntegerField()
    sha256 = peewee.CharField(64)
    file = peewee.CharField(80, unique=True)
    key = peewee.BlobField()
    state = peewee.CharField(16)
    at = MomentField()

    class Meta:
        table_name = "checklist_files"
        legacy_table_names = False


MODELS = [ChecklistFile]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([ChecklistItem, ChecklistFile]):
        db.create_tables(MODELS, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([ChecklistItem, ChecklistFile]):
        db.drop_tables(MODELS, safe=False)
