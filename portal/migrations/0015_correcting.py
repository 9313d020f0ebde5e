"""What says no, corrections of what the systems hold, and evidence for them."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Claimed(Frozen):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class Case(Frozen):
    class Meta:
        table_name = "cases"


class Suspended(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    source = peewee.CharField(64)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)

    class Meta:
        table_name = "suspended"
        indexes = ((("subject", "source", "purpose"), True),)


class Lifting(Claimed):
    case = peewee.ForeignKeyField(Case, backref="+")
    names = JsonField()
    notice = peewee.CharField(120)
    on = MomentField()
    state = peewee.CharField(16)

    class Meta:
        table_name = "case_liftings"


class Evidence(Claimed):
    case = peewee.ForeignKeyField(Case, backref="+")
    name = EncryptedField()
    media_type = peewee.CharField(32)
    size = peewee.IntegerField()
    file = peewee.CharField(80, unique=True)
    key = EncryptedField()
    state = peewee.CharField(16)
    at = MomentField()

    class Meta:
        table_name = "case_evidence"


class Correction(Claimed):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    case = peewee.ForeignKeyField(Case, null=True, backref="+")
    detail = peewee.CharField(64)
    kind = peewee.CharField(16)
    sensitive = peewee.CharField(24)
    title = JsonField()
    new = EncryptedField()
    language = peewee.CharField(8)
    state = peewee.CharField(16)
    recipients = JsonField()
    asked_at = MomentField()
    done_at = MomentField(null=True)

    class Meta:
        table_name = "corrections"


class CorrectionPart(Claimed):
    correction = peewee.ForeignKeyField(Correction, backref="+")
    source = peewee.CharField(64)
    place = peewee.CharField(160)
    key = EncryptedField()
    old = EncryptedField(null=True)
    state = peewee.CharField(16)
    confirmed_at = MomentField(null=True)

    class Meta:
        table_name = "correction_parts"


class Statement(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    text = EncryptedField()
    at = MomentField()

    class Meta:
        table_name = "statements"


TABLES = [Suspended, Lifting, Evidence, Correction, CorrectionPart, Statement]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them; what was stopped stays in the ledger, which nobody changes."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
