"""The log is sealed in batches, under guards of the database; what was chained row by row is carried over.

An event that did not follow from the one before is sealed as one that does not hold, so that each verification goes on
naming it; nothing that was changed before is made good by this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel import clock
from portal.kernel.audit import digests
from portal.kernel.db import JsonField, MomentField, moment, written

BATCH = 500
TEXT_AT = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class AuditSeal(Frozen):
    number = peewee.IntegerField(primary_key=True)
    at = MomentField()
    total = peewee.BigIntegerField()
    rows = peewee.BlobField()
    previous = peewee.CharField(64)
    head = peewee.CharField(64)

    class Meta:
        table_name = "audit_seals"


class AuditCheck(Frozen):
    at = MomentField(index=True)
    seals = peewee.IntegerField()
    rows = peewee.BigIntegerField()
    waiting = peewee.BigIntegerField()
    head = peewee.CharField(64)
    found = peewee.IntegerField()
    findings = JsonField()

    class Meta:
        table_name = "audit_checks"


TABLES = [AuditSeal, AuditCheck]
COLUMNS = ("id", "at", "name", "subject", "actor", "keys")
# Written by value, not by name: `UPDATE … SET rowid` and a column of later days are then judged rightly too.
CHANGED = " OR ".join(f"NEW.{column} {{differs}} OLD.{column}" for column in COLUMNS)
CHANGED += " OR (OLD.seal IS NOT NULL AND NEW.seal {differs} OLD.seal)"

# REPLACE deletes without telling a trigger, so an id that is taken is refused before.
SQLITE_UP = (
    """CREATE TRIGGER audit_events_begin BEFORE INSERT ON audit_events
    WHEN NEW.seal IS NOT NULL OR EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    f"""CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events WHEN {CHANGED.format(differs="IS NOT")}
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER audit_events_last BEFORE DELETE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER audit_seals_begin BEFORE INSERT ON audit_seals
    WHEN EXISTS (SELECT 1 FROM audit_seals WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER audit_seals_stay BEFORE UPDATE ON audit_seals
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER audit_seals_last BEFORE DELETE ON audit_seals
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
)
POSTGRES_UP = (
    """CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the log is append-only'; END $$""",
    """CREATE TRIGGER audit_events_begin BEFORE INSERT ON audit_events
    FOR EACH ROW WHEN (NEW.seal IS NOT NULL) EXECUTE FUNCTION refuse_audit_change()""",
    f"""CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
    FOR EACH ROW WHEN ({CHANGED.format(differs="IS DISTINCT FROM")}) EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_events_last BEFORE DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_events_whole BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_seals_stay BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_seals_whole BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
)
EVENT_TRIGGERS = ("begin", "stay", "last", "whole")


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Seal what there is; then drop the hash of each row and set the guards."""
    sqlite = _is_sqlite(db)
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)
    db.execute_sql("ALTER TABLE audit_events ADD COLUMN seal INTEGER")
    if not sqlite:
        db.execute_sql("ALTER TABLE audit_events ALTER COLUMN keys TYPE TEXT USING keys::text")
    _seal_all(db)
    db.execute_sql("DROP INDEX audit_events_hash")
    db.execute_sql("ALTER TABLE audit_events DROP COLUMN hash")
    db.execute_sql("CREATE INDEX audit_events_seal_id ON audit_events (seal, id)")
    for statement in SQLITE_UP if sqlite else POSTGRES_UP:
        db.execute_sql(statement)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Chain row by row again; what did not hold when it was sealed gets a hash that does not hold either."""
    sqlite = _is_sqlite(db)
    for name in EVENT_TRIGGERS[: 3 if sqlite else 4]:
        db.execute_sql(f"DROP TRIGGER audit_events_{name}" + ("" if sqlite else " ON audit_events"))
    db.execute_sql("DROP INDEX audit_events_seal_id")
    db.execute_sql("ALTER TABLE audit_events DROP COLUMN seal")
    db.execute_sql("ALTER TABLE audit_events ADD COLUMN hash VARCHAR(64) NOT NULL DEFAULT ''")
    _chain_all(db, _never(db))
    db.execute_sql("CREATE UNIQUE INDEX audit_events_hash ON audit_events (hash)")
    if not sqlite:
        db.execute_sql("ALTER TABLE audit_events ALTER COLUMN keys TYPE JSONB USING keys::jsonb")
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
    if not sqlite:
        db.execute_sql("DROP FUNCTION refuse_audit_change()")


def _seal_all(db: Any) -> None:
    last, number, total, head = "", 0, 0, digests.FIRST
    for rows in _batches(db, "hash"):
        listed = b""
        for row in rows:
            holds = row[-1] == _link(last, row)
            listed += digests.ENTRY.pack(row[0], digests.of_event(row[:-1]) if holds else digests.NEVER)
            last = row[-1]
        number, total, at = number + 1, total + len(rows), written(clock.now())
        previous, head = head, digests.of_seal(number, total, at, head, listed)
        _run(db, "INSERT INTO audit_seals VALUES (?, ?, ?, ?, ?, ?)", number, at, total, listed, previous, head)
        _run(db, "UPDATE audit_events SET seal = ? WHERE id BETWEEN ? AND ?", number, rows[0][0], rows[-1][0])


def _chain_all(db: Any, never: set[int]) -> None:
    last = ""
    for rows in _batches(db, "hash"):
        for row in rows:
            last = f"{row[0]:064x}" if row[0] in never else _link(last, row)
            _run(db, "UPDATE audit_events SET hash = ? WHERE id = ?", last, row[0])


def _never(db: Any) -> set[int]:
    """Return the events that were sealed as ones that do not hold."""
    lists = (bytes(rows) for (rows,) in _run(db, "SELECT rows FROM audit_seals ORDER BY number").fetchall())
    return {event for listed in lists for event, hash_ in digests.ENTRY.iter_unpack(listed) if hash_ == digests.NEVER}


def _batches(db: Any, more: str) -> Iterator[list[Any]]:
    at = "at" if _is_sqlite(db) else TEXT_AT
    select = f"SELECT id, {at}, name, subject, actor, keys, {more} FROM audit_events"  # noqa: S608 - names of ours
    rows = _run(db, f"{select} ORDER BY id LIMIT ?", BATCH).fetchall()
    while rows:
        yield rows
        rows = _run(db, f"{select} WHERE id > ? ORDER BY id LIMIT ?", rows[-1][0], BATCH).fetchall()


def _link(last: str, row: Any) -> str:
    """Return the hash that the log had row by row."""
    _, at, name, subject, actor, keys, *_ = row
    at = moment(at).isoformat(timespec="microseconds")
    text = json.dumps([last, at, name, subject, actor, json.loads(keys)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _run(db: Any, statement: str, *values: Any) -> Any:
    return db.execute_sql(statement.replace("?", db.param), values)


def _is_sqlite(db: Any) -> bool:
    return isinstance(db, peewee.SqliteDatabase)
