"""What staff work with: saved views, who is writing, releases of copies, legal holds; and the queue's own indexes."""

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


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class SavedView(Frozen):
    staff = peewee.IntegerField(index=True)
    name = peewee.CharField(60)
    query = peewee.CharField(300)

    class Meta:
        table_name = "saved_views"


class Presence(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    staff = peewee.IntegerField()
    seen_at = MomentField(index=True)

    class Meta:
        table_name = "case_presence"
        indexes = ((("case", "staff"), True),)


class Release(Frozen):
    case = peewee.ForeignKeyField(Case, unique=True, backref="+")
    withheld = JsonField()
    prepared_by = peewee.IntegerField()
    prepared_at = MomentField()
    released_by = peewee.IntegerField(null=True)
    released_at = MomentField(null=True)

    class Meta:
        table_name = "download_releases"


class LegalHold(Frozen):
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="+")
    case = peewee.CharField(16)
    source = peewee.CharField(64)
    table = peewee.CharField(64)
    key = EncryptedField(null=True)
    reason = EncryptedField()
    staff = peewee.IntegerField()
    created_at = MomentField()
    until = peewee.DateField()
    person = EncryptedField(null=True)
    erased_for = peewee.CharField(16)
    ended_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "legal_holds"
        indexes = ((("subject", "source"), False),)


TABLES = [SavedView, Presence, Release, LegalHold]
INDEXES = (("state", "complete_by", "id"), ("assignee", "state", "complete_by"))
BEFORE = ("state", "complete_by")


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables, and indexes that give the queue's page in its order."""
    migrate(*(migrator.add_index("cases", columns) for columns in INDEXES))
    migrate(migrator.drop_index("cases", _index(db, BEFORE)))
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
    migrate(migrator.add_index("cases", BEFORE))
    migrate(*(migrator.drop_index("cases", _index(db, columns)) for columns in INDEXES))


def _index(db: Any, columns: tuple[str, ...]) -> str:
    return next(str(index.name) for index in db.get_indexes("cases") if tuple(index.columns) == columns)
