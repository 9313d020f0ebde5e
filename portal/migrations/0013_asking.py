"""What was chosen in a request, and how whoever asks shows who they are."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Case(Frozen):
    class Meta:
        table_name = "cases"


class Attempt(Frozen):
    case = peewee.ForeignKeyField(Case, null=True, backref="+")
    way = peewee.CharField(16)
    digest = peewee.CharField(64, unique=True)
    state = peewee.CharField(16)
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, index=True)
    typed = EncryptedField(null=True)
    code_hash = peewee.CharField(80)
    language = peewee.CharField(8)
    tries = peewee.IntegerField()
    created_at = MomentField()
    expires_at = MomentField(index=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "case_attempts"


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the column and the table."""
    migrate(migrator.add_column("cases", "asked", JsonField(null=True)))
    with db.bind_ctx([Case, Attempt]):
        db.create_tables([Attempt], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    with db.bind_ctx([Case, Attempt]):
        db.drop_tables([Attempt], safe=False)
    migrate(migrator.drop_column("cases", "asked"))
