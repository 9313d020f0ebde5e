"""Deletions of one system or one kind of data; companies asked; certificates that can be checked."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class Deletion(Frozen):
    class Meta:
        table_name = "deletions"


class Asked(Frozen):
    deletion = peewee.ForeignKeyField(Deletion, backref="+")
    controller = peewee.CharField(64)
    title = peewee.CharField(120)
    state = peewee.CharField(16)
    asked_at = MomentField()
    answer_by = peewee.DateField()
    answered_at = MomentField(null=True)

    class Meta:
        table_name = "deletion_asked"
        indexes = ((("deletion", "controller"), True),)


COLUMNS = (
    ("deletions", "system", peewee.CharField(64, default="")),
    ("deletions", "category", peewee.CharField(64, default="")),
    ("deletion_targets", "tables", JsonField(null=True)),
    ("deletion_targets", "held", JsonField(null=True)),
    ("deletion_targets", "inquiry", peewee.CharField(16, null=True)),
    ("deletion_targets", "freed_at", MomentField(null=True)),
    ("certificates", "scope", JsonField(null=True)),
    ("certificates", "asked", JsonField(null=True)),
    ("certificates", "seal", peewee.CharField(80, default="")),
)
ONE_EACH = ("unfinished_of", "system", "category")


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the columns; one deletion of a kind under way for a person, where it was one at all."""
    migrate(*(migrator.add_column(table, name, field) for table, name, field in COLUMNS))
    migrate(
        migrator.drop_index("deletions", _index(db, ("unfinished_of",))),
        migrator.add_index("deletions", ONE_EACH, unique=True),
    )
    with db.bind_ctx([Deletion, Asked]):
        db.create_tables([Asked], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back; a deletion in part is forgotten, for the tables of before would take it for the account's."""
    with db.bind_ctx([Deletion, Asked]):
        db.drop_tables([Asked], safe=False)
    db.execute_sql("DELETE FROM deletion_targets WHERE deletion_id IN (SELECT id FROM deletions WHERE system <> '')")
    db.execute_sql("DELETE FROM deletions WHERE system <> ''")
    migrate(
        migrator.drop_index("deletions", _index(db, ONE_EACH)),
        migrator.add_index("deletions", ("unfinished_of",), unique=True),
    )
    migrate(*(migrator.drop_column(table, name) for table, name, _ in reversed(COLUMNS)))


def _index(db: Any, columns: tuple[str, ...]) -> str:
    return next(str(index.name) for index in db.get_indexes("deletions") if tuple(index.columns) == columns)
