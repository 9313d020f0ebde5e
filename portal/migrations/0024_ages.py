"""Ages of countries that staff changed, and the rows that an admin has signed off."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class AgeEdit(peewee.Model):
    country = peewee.CharField(8, index=True)
    age = peewee.IntegerField()
    effective_from = peewee.DateField()
    reason = peewee.CharField(2000)
    by_staff = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "age_edits"
        legacy_table_names = False


class AgeSignOff(peewee.Model):
    country = peewee.CharField(8)
    age = peewee.IntegerField()
    since = peewee.DateField()
    by_staff = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "age_sign_offs"
        legacy_table_names = False
        indexes = ((("country", "age", "since"), True),)


TABLES = [AgeEdit, AgeSignOff]


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the tables."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
