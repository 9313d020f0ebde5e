"""Requests by when they arrived and ended, for the figures; texts that admins write for staff to send."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class ReplyText(Frozen):
    name = peewee.CharField(32)
    language = peewee.CharField(8)
    title = peewee.CharField(80)
    text = peewee.TextField()
    staff = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "reply_texts"
        indexes = ((("name", "language"), True),)


COLUMNS = ("received_at", "closed_at")


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the indexes and the table."""
    migrate(*(migrator.add_index("cases", (name,)) for name in COLUMNS))
    with db.bind_ctx([ReplyText]):
        db.create_tables([ReplyText], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    with db.bind_ctx([ReplyText]):
        db.drop_tables([ReplyText], safe=False)
    migrate(*(migrator.drop_index("cases", _index(db, name)) for name in COLUMNS))


def _index(db: Any, column: str) -> str:
    return next(str(index.name) for index in db.get_indexes("cases") if tuple(index.columns) == (column,))
