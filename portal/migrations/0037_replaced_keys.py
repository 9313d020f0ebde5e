"""Since when an encryption key seals nothing more."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class ReplacedKey(peewee.Model):
    name = peewee.CharField(8, primary_key=True)
    replaced_at = MomentField()

    class Meta:
        table_name = "replaced_keys"


TABLES = [ReplacedKey]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the table."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take it away."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
