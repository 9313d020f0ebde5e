"""Codes that prove an address, changes that can be undone, and what a session says of its place."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Account(Frozen):
    class Meta:
        table_name = "accounts"


class Proof(Frozen):
    account = peewee.ForeignKeyField(Account, backref="+")
    kind = peewee.CharField(16)
    address = EncryptedField()
    address_hash = peewee.CharField(80, index=True)
    link = peewee.IntegerField(null=True)
    code_hash = peewee.CharField(80)
    tries = peewee.IntegerField()
    used_at = MomentField(null=True)
    created_at = MomentField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "proofs"


class Alarm(Frozen):
    account = peewee.ForeignKeyField(Account, backref="+")
    digest = peewee.CharField(64, unique=True)
    what = peewee.CharField(16)
    kind = peewee.CharField(16)
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, index=True)
    proven_at = MomentField(null=True)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    undone_at = MomentField(null=True)

    class Meta:
        table_name = "alarms"


TABLES = [Proof, Alarm]
COLUMNS: tuple[tuple[str, str, Any], ...] = (
    ("accounts", "distrusted_at", MomentField(null=True)),
    ("identifiers", "main_at", MomentField(null=True)),
    ("sessions", "place", peewee.CharField(120, default="")),
)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Create the tables and add the columns."""
    with db.bind_ctx([Account, *TABLES]):
        db.create_tables(TABLES, safe=False)
    for table, column, field in COLUMNS:
        migrator.migrate(migrator.add_column(table, column, field))


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    for table, column, _ in COLUMNS:
        migrator.migrate(migrator.drop_column(table, column))
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
