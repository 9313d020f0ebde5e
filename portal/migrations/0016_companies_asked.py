"""Companies that are asked belong to a request of any kind, answer it at an address of their own, and are reminded."""

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


class Deletion(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")

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


class Routing(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    controller = peewee.CharField(64)
    title = peewee.CharField(120)
    state = peewee.CharField(16)
    asked_at = MomentField()
    answer_by = peewee.DateField()
    reminded_at = MomentField(null=True)
    answered_at = MomentField(null=True)
    answer = peewee.CharField(16)
    reason = peewee.CharField(32)
    words = EncryptedField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "case_routings"
        indexes = ((("case", "controller"), True),)


_OVER = """INSERT INTO case_routings
(case_id, controller, title, state, asked_at, answer_by, answered_at, answer, reason, fence, attempts)
SELECT (SELECT case_id FROM deletions WHERE id = deletion_id), controller, title, state, asked_at, answer_by,
answered_at, '', '', 0, 0 FROM deletion_asked"""
_BACK = """INSERT INTO deletion_asked (deletion_id, controller, title, state, asked_at, answer_by, answered_at)
SELECT (SELECT id FROM deletions d WHERE d.case_id = r.case_id), controller, title, state, asked_at, answer_by,
answered_at FROM case_routings r WHERE case_id IN (SELECT case_id FROM deletions)"""


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Carry over which companies were asked about deletions."""
    migrate(migrator.add_column("cases", "routed_at", MomentField(null=True)))
    with db.bind_ctx([Case, Deletion, Asked, Routing]):
        db.create_tables([Routing], safe=False)
        db.execute_sql(_OVER)
        db.drop_tables([Asked], safe=False)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take it back; what companies were asked about other requests is forgotten."""
    with db.bind_ctx([Case, Deletion, Asked, Routing]):
        db.create_tables([Asked], safe=False)
        db.execute_sql(_BACK)
        db.drop_tables([Routing], safe=False)
    migrate(migrator.drop_column("cases", "routed_at"))
