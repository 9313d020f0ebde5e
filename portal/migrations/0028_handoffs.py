"""People whom apps hand over, what was typed before a proof, and what a hand-off proved of who asks for a code."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Account(Frozen):
    class Meta:
        table_name = "accounts"


class Handoff(Frozen):
    account = peewee.ForeignKeyField(Account, null=True, backref="+")
    digest = peewee.CharField(64, unique=True)
    external_id = EncryptedField()
    external_hash = peewee.CharField(80, index=True)
    email = EncryptedField(null=True)
    page = peewee.CharField(255)
    language = peewee.CharField(8)
    look = peewee.CharField(32)
    confirmed_at = MomentField(null=True)
    confirmed_by = peewee.CharField(16)
    state = peewee.CharField(16)
    created_at = MomentField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "handoffs"


class KeptForm(Frozen):
    account = peewee.ForeignKeyField(Account, backref="+")
    path = peewee.CharField(255)
    fields = EncryptedField()
    created_at = MomentField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "kept_forms"
        indexes = ((("account", "path"), True),)


TABLES = [Handoff, KeptForm]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables and the column."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)
    migrate(migrator.add_column("challenges", "external_id", EncryptedField(null=True)))


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    migrate(migrator.drop_column("challenges", "external_id"))
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
