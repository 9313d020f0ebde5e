"""The schema of each connected system when it was last checked."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import JsonField, MomentField


class KnownSchema(peewee.Model):
    source = peewee.CharField(64, unique=True)
    seen_at = MomentField()
    shape = JsonField()

    class Meta:
        table_name = "known_schemas"
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([KnownSchema]):
        db.create_tables([KnownSchema], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([KnownSchema]):
        db.drop_tables([KnownSchema], safe=False)
