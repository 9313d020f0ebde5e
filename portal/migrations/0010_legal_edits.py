"""What staff change in the legal profiles: a list that is only ever added to."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class LegalEdit(peewee.Model):
    profile = peewee.CharField(16, index=True)
    path = peewee.CharField(64)
    value = peewee.CharField(500)
    effective_from = peewee.DateField()
    reason = peewee.CharField(2000)
    by_staff = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "legal_edits"
        legacy_table_names = False


# What a date once came from has to stay readable, so no row is changed or taken away.
SQLITE_UP = tuple(
    f"""CREATE TRIGGER legal_edits_{name} BEFORE {name.upper()} ON legal_edits
    BEGIN SELECT RAISE(ABORT, 'legal edits are append-only'); END"""
    for name in ("update", "delete")
)
POSTGRES_UP = (
    """CREATE FUNCTION refuse_legal_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'legal edits are append-only';
    END $$""",
    """CREATE TRIGGER legal_edits_stay BEFORE UPDATE OR DELETE ON legal_edits
    FOR EACH ROW EXECUTE FUNCTION refuse_legal_change()""",
    """CREATE TRIGGER legal_edits_whole BEFORE TRUNCATE ON legal_edits
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_legal_change()""",
)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Create the table and its guards."""
    with db.bind_ctx([LegalEdit]):
        db.create_tables([LegalEdit], safe=False)
    for statement in SQLITE_UP if isinstance(db, peewee.SqliteDatabase) else POSTGRES_UP:
        db.execute_sql(statement)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx([LegalEdit]):
        db.drop_tables([LegalEdit], safe=False)
    if not isinstance(db, peewee.SqliteDatabase):
        db.execute_sql("DROP FUNCTION refuse_legal_change()")
