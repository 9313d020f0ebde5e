"""Members of the staff, how they sign in, and their looks at the data of a person."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class StaffAccount(Frozen):
    email = EncryptedField()
    hash = peewee.CharField(80, unique=True)
    name = EncryptedField()
    role = peewee.CharField(16)
    language = peewee.CharField(8)
    totp_secret = EncryptedField(null=True)
    totp_counter = peewee.BigIntegerField()
    created_at = MomentField()
    confirmed_at = MomentField(null=True)
    disabled_at = MomentField(null=True)
    deputy = peewee.ForeignKeyField("self", null=True, on_delete="SET NULL", backref="+")
    absent_from = peewee.DateField(null=True)
    absent_until = peewee.DateField(null=True)

    class Meta:
        table_name = "staff_accounts"


class StaffSession(Frozen):
    staff = peewee.ForeignKeyField(StaffAccount, backref="+", on_delete="CASCADE")
    digest = peewee.CharField(64, unique=True)
    device = peewee.CharField(120)
    place = peewee.CharField(120)
    created_at = MomentField()
    seen_at = MomentField()
    fresh_until = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "staff_sessions"


class StaffChallenge(Frozen):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()
    digest = peewee.CharField(64, unique=True)
    hashes = JsonField()
    staff = peewee.ForeignKeyField(StaffAccount, null=True, backref="+", on_delete="CASCADE")
    state = peewee.CharField(16)
    code_hash = peewee.CharField(80, null=True)
    tries = peewee.IntegerField()
    onward = peewee.CharField(255)
    created_at = MomentField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "staff_challenges"


class StaffEnrolment(Frozen):
    staff = peewee.ForeignKeyField(StaffAccount, unique=True, backref="+", on_delete="CASCADE")
    digest = peewee.CharField(64, unique=True)
    secret = EncryptedField()
    expires_at = MomentField()

    class Meta:
        table_name = "staff_enrolments"


class RecoveryCode(Frozen):
    staff = peewee.ForeignKeyField(StaffAccount, backref="+", on_delete="CASCADE")
    hash = peewee.CharField(80)
    used_at = MomentField(null=True)

    class Meta:
        table_name = "staff_recovery_codes"
        indexes = ((("staff", "hash"), True),)


class StaffLook(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    staff = peewee.IntegerField(index=True)
    event = peewee.IntegerField(unique=True)
    role = peewee.CharField(16)
    reason = peewee.CharField(16)
    words = EncryptedField()
    about = peewee.CharField(64)
    session = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "staff_looks"
        indexes = ((("session", "subject", "about"), False),)


class StaffEmbargo(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    event = peewee.IntegerField(unique=True)
    until = MomentField()
    words = EncryptedField()
    staff = peewee.IntegerField()
    created_at = MomentField()

    class Meta:
        table_name = "staff_embargoes"


TABLES = [StaffAccount, StaffSession, StaffChallenge, StaffEnrolment, RecoveryCode, StaffLook, StaffEmbargo]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Create the tables."""
    with db.bind_ctx([Subject, *TABLES]):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
