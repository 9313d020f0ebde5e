"""What an app last said of the switch that the phone itself has for location."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Subject(Frozen):
    class Meta:
        table_name = "subjects"


class PhoneState(Frozen):
    subject = peewee.ForeignKeyField(Subject)
    source = peewee.CharField(64)
    state = peewee.CharField(32)
    at = MomentField()

    class Meta:
        table_name = "phone_states"
        indexes = ((("subject", "source"), True),)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the table."""
    with db.bind_ctx([PhoneState, Subject]):
        db.create_tables([PhoneState], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    with db.bind_ctx([PhoneState, Subject]):
        db.drop_tables([PhoneState], safe=False)
