"""Cases with a thread, proofs and decisions, also for whoever has no account."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Case(Frozen):
    class Meta:
        table_name = "cases"


class CaseMessage(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    author = peewee.CharField(72)
    body = EncryptedField()
    internal = peewee.BooleanField()
    state = peewee.CharField(16)
    at = MomentField()
    sent_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "case_messages"


class Verification(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    method = peewee.CharField(24)
    proof = peewee.IntegerField()
    at = MomentField()
    counts_from = MomentField()
    by = peewee.CharField(32)

    class Meta:
        table_name = "case_verifications"


class Decision(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    outcome = peewee.CharField(16)
    reason = peewee.CharField(32)
    words = EncryptedField(null=True)
    state = peewee.CharField(16)
    proposed_by = peewee.IntegerField()
    proposed_at = MomentField()
    decided_by = peewee.IntegerField(null=True)
    decided_at = MomentField(null=True)

    class Meta:
        table_name = "case_decisions"


TABLES = [CaseMessage, Verification, Decision]
COLUMNS = (
    ("country", peewee.CharField(8, default="")),
    ("language", peewee.CharField(8, default="")),
    ("acting", peewee.CharField(16, default="self")),
    ("contact", EncryptedField(null=True)),
    ("contact_hash", peewee.CharField(80, default="", index=True)),
    ("own_profile", peewee.CharField(16, default="")),
    ("acknowledged_at", MomentField(null=True)),
    ("legal_maximum", peewee.DateField(null=True)),
    ("extended_at", MomentField(null=True)),
    ("waiting", peewee.CharField(16, default="")),
    ("snoozed_until", MomentField(null=True)),
    ("assignee", peewee.IntegerField(null=True)),
    ("duplicate_of", peewee.IntegerField(null=True, index=True)),
    ("is_test", peewee.BooleanField(default=False)),
)
INDEXES = (("state", "complete_by"), ("subject_id", "state"))


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the columns and the tables."""
    migrate(*(migrator.add_column("cases", name, field) for name, field in COLUMNS))
    migrate(migrator.drop_not_null("cases", "acknowledge_by"))
    migrate(*(migrator.add_index("cases", columns) for columns in INDEXES))
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back; a request of somebody without an account stays as a bare row."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
    db.execute_sql("UPDATE cases SET acknowledge_by = complete_by WHERE acknowledge_by IS NULL")
    indexed = (*INDEXES, *((name,) for name, field in COLUMNS if field.index))
    migrate(*(migrator.drop_index("cases", _index(db, columns)) for columns in indexed))
    migrate(migrator.add_not_null("cases", "acknowledge_by"))
    migrate(*(migrator.drop_column("cases", name) for name, _ in reversed(COLUMNS)))


def _index(db: Any, columns: tuple[str, ...]) -> str:
    return next(str(index.name) for index in db.get_indexes("cases") if tuple(index.columns) == columns)
