"""Reports about a child's account: who may be meant, what is held, how a parent is known, what was decided."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Case(Frozen):
    class Meta:
        table_name = "cases"


class Decision(Frozen):
    class Meta:
        table_name = "case_decisions"


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class Report(Frozen):
    case = peewee.ForeignKeyField(Case, unique=True)
    reporter_hash = peewee.CharField(80, index=True)
    relation = peewee.CharField(16)
    reach = peewee.CharField(16)
    phone = EncryptedField(null=True)
    wishes = JsonField()
    keep_until = peewee.DateField(null=True)
    birth_year = peewee.IntegerField(null=True)
    birth_month = peewee.IntegerField(null=True)
    age_limit = peewee.IntegerField()
    network_hash = peewee.CharField(80, index=True)
    lead = peewee.IntegerField(null=True, index=True)
    state = peewee.CharField(16)
    proven_at = MomentField(null=True)
    looked_at = MomentField(null=True)
    forget_on = peewee.DateField(null=True, index=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "child_reports"


class ReportedAccount(Frozen):
    report = peewee.ForeignKeyField(Report)
    kind = peewee.CharField(16)
    value = EncryptedField(null=True)
    hash = peewee.CharField(80, index=True)

    class Meta:
        table_name = "child_reported_accounts"


class Match(Frozen):
    report = peewee.ForeignKeyField(Report)
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL")
    by = peewee.CharField(32)
    signals = JsonField()
    at = MomentField()

    class Meta:
        table_name = "child_matches"
        indexes = ((("report", "subject"), True),)


class ChildHold(Frozen):
    reference = peewee.CharField(16, unique=True)
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL")
    report = peewee.ForeignKeyField(Report)
    level = peewee.IntegerField()
    state = peewee.CharField(16, index=True)
    band = peewee.CharField(16)
    language = peewee.CharField(8)
    since = MomentField()
    until = peewee.DateField()
    told_at = MomentField(null=True)
    seen_by = peewee.IntegerField(null=True)
    ended_at = MomentField(null=True)
    ended_by = peewee.CharField(32)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "child_holds"
        indexes = ((("subject", "state"), False),)


class HolderAnswer(Frozen):
    hold = peewee.ForeignKeyField(ChildHold)
    kind = peewee.CharField(16)
    body = EncryptedField(null=True)
    at = MomentField()

    class Meta:
        table_name = "child_holder_answers"


class ParenthoodCheck(Frozen):
    report = peewee.ForeignKeyField(Report)
    reporter_hash = peewee.CharField(80, index=True)
    method = peewee.CharField(24)
    state = peewee.CharField(16)
    evidence = EncryptedField(null=True)
    by_staff = peewee.IntegerField(null=True)
    asked_at = MomentField()
    at = MomentField(null=True)
    erase_on = peewee.DateField(null=True)
    erased_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "child_parenthood_checks"


class Ruling(Frozen):
    case = peewee.ForeignKeyField(Case)
    decision = peewee.ForeignKeyField(Decision, null=True, on_delete="SET NULL")
    subject = peewee.IntegerField(null=True, index=True)
    outcome = peewee.CharField(16)
    deletion = peewee.CharField(16)
    band = peewee.CharField(16)
    age_limit = peewee.IntegerField()
    state = peewee.CharField(16)
    at = MomentField()
    appeal_until = peewee.DateField()
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "child_rulings"


class Appeal(Frozen):
    ruling = peewee.ForeignKeyField(Ruling)
    by = peewee.CharField(16)
    address_hash = peewee.CharField(80, index=True)
    words = EncryptedField(null=True)
    at = MomentField()
    state = peewee.CharField(16)
    decided_by = peewee.IntegerField(null=True)
    decided_at = MomentField(null=True)

    class Meta:
        table_name = "child_appeals"


class BlockedAddress(Frozen):
    kind = peewee.CharField(16)
    hash = peewee.CharField(80, unique=True)
    case = peewee.CharField(16)
    until = peewee.DateField(index=True)
    at = MomentField()

    class Meta:
        table_name = "child_blocked_addresses"


TABLES = [Report, ReportedAccount, Match, ChildHold, HolderAnswer, ParenthoodCheck, Ruling, Appeal, BlockedAddress]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
