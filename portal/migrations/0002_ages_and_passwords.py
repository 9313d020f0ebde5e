"""What is kept of an age asked at sign-up, and passwords."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Account(Frozen):
    class Meta:
        table_name = "accounts"


class Password(Frozen):
    account = peewee.ForeignKeyField(Account, unique=True)
    hash = peewee.CharField(255)
    changed_at = MomentField()

    class Meta:
        table_name = "passwords"


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add columns and table."""
    with db.bind_ctx([Password]):
        db.create_tables([Password], safe=False)
    migrate(
        migrator.add_column("accounts", "age_rule", peewee.CharField(16, null=True)),
        migrator.add_column("accounts", "age_confirmed_at", MomentField(null=True)),
        migrator.add_column("challenges", "age_rule", peewee.CharField(16, null=True)),
    )


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    migrate(
        migrator.drop_column("challenges", "age_rule"),
        migrator.drop_column("accounts", "age_confirmed_at"),
        migrator.drop_column("accounts", "age_rule"),
    )
    with db.bind_ctx([Password]):
        db.drop_tables([Password], safe=False)
