"""Policies in versions with a state; their texts stay as they are once people were told of them.

Messages learn to which mailing they belong while they wait for it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.db import MomentField


class PolicyVersion(peewee.Model):
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()
    document = peewee.CharField(32)
    version = peewee.CharField(32)
    state = peewee.CharField(16)
    minor = peewee.BooleanField()
    asks = peewee.BooleanField()
    changes = peewee.CharField(500)
    effective_from = peewee.DateField(null=True)
    ended_on = peewee.DateField(null=True)
    told_up_to = peewee.IntegerField()
    told = peewee.IntegerField()
    told_at = MomentField(null=True)
    stopped_up_to = peewee.IntegerField()
    stopped_at = MomentField(null=True)
    created_at = MomentField()
    scheduled_at = MomentField(null=True)

    class Meta:
        table_name = "policy_versions"
        legacy_table_names = False
        indexes = ((("document", "version"), True),)


_DRAFT = """(SELECT 1 FROM policy_versions v
    WHERE v.document = OLD.document AND v.version = OLD.version AND v.state = 'draft')"""
_SAME = """(SELECT 1 FROM policy_texts t JOIN policy_versions v ON v.document = t.document AND v.version = t.version
    WHERE t.document = NEW.document AND t.version = NEW.version AND t.language = NEW.language AND v.state <> 'draft')"""
_FIXED = ("document", "version", "minor", "changes", "effective_from")
_MOVED = "NEW.state = 'draft' OR " + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
_TEXTS = "a policy text that people were told of stays as it is"
_FACTS = "a policy version that people were told of stays as it is"
# SQLite deletes what it replaces without asking a trigger, so a text that would replace one is left out.
SQLITE_UP = (
    *(
        f"""CREATE TRIGGER policy_texts_{name} BEFORE {name.upper()} ON policy_texts WHEN NOT EXISTS {_DRAFT}
        BEGIN SELECT RAISE(ABORT, '{_TEXTS}'); END"""
        for name in ("update", "delete")
    ),
    f"""CREATE TRIGGER policy_texts_replace BEFORE INSERT ON policy_texts WHEN EXISTS {_SAME}
    BEGIN SELECT RAISE(IGNORE); END""",
    f"""CREATE TRIGGER policy_versions_update BEFORE UPDATE ON policy_versions
    WHEN OLD.state <> 'draft' AND ({_MOVED.replace("IS DISTINCT FROM", "IS NOT")})
    BEGIN SELECT RAISE(ABORT, '{_FACTS}'); END""",
    f"""CREATE TRIGGER policy_versions_delete BEFORE DELETE ON policy_versions WHEN OLD.state <> 'draft'
    BEGIN SELECT RAISE(ABORT, '{_FACTS}'); END""",
)
POSTGRES_UP = (
    f"""CREATE FUNCTION refuse_policy_text() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' OR NOT EXISTS {_DRAFT} THEN RAISE EXCEPTION '{_TEXTS}'; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE FUNCTION refuse_policy_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '{_FACTS}'; END IF;
        IF OLD.state <> 'draft' AND TG_OP = 'DELETE' THEN RAISE EXCEPTION '{_FACTS}'; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        IF OLD.state <> 'draft' AND ({_MOVED}) THEN RAISE EXCEPTION '{_FACTS}'; END IF;
        RETURN NEW;
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH {each}
        EXECUTE FUNCTION {function}()"""
        for table, function in (("policy_texts", "refuse_policy_text"), ("policy_versions", "refuse_policy_version"))
        for name, act, each in (("stay", "UPDATE OR DELETE", "ROW"), ("whole", "TRUNCATE", "STATEMENT"))
    ),
)
_PUBLISHED = "SELECT DISTINCT document, version, effective_from FROM policy_texts ORDER BY document, effective_from"
_DRAFTED = """DELETE FROM policy_texts WHERE EXISTS (SELECT 1 FROM policy_versions v WHERE v.state = 'draft'
AND v.document = policy_texts.document AND v.version = policy_texts.version)"""
_DATED = """UPDATE policy_texts SET effective_from = (SELECT v.effective_from FROM policy_versions v
WHERE v.document = policy_texts.document AND v.version = policy_texts.version)"""


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Give each version a row of its own, then guard it."""
    with db.bind_ctx([PolicyVersion]):
        db.create_tables([PolicyVersion], safe=False)
        PolicyVersion.insert_many(_versions(db.execute_sql(_PUBLISHED).fetchall())).execute()
    db.execute_sql("ALTER TABLE policy_texts DROP COLUMN effective_from")
    db.execute_sql("ALTER TABLE policy_texts ADD COLUMN summary TEXT NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE messages ADD COLUMN mailing VARCHAR(64)")
    db.execute_sql("CREATE INDEX messages_mailing ON messages (mailing)")
    db.execute_sql(
        """CREATE INDEX consent_events_policy ON consent_events (purpose, subject_id, id)
        WHERE substr(purpose, 1, 7) = 'policy.'"""
    )
    for statement in SQLITE_UP if isinstance(db, peewee.SqliteDatabase) else POSTGRES_UP:
        db.execute_sql(statement)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take the guards away and write the day beside each text again."""
    sqlite = isinstance(db, peewee.SqliteDatabase)
    for name in ("update", "delete", "replace") if sqlite else ("stay", "whole"):
        db.execute_sql(f"DROP TRIGGER policy_texts_{name}" + ("" if sqlite else " ON policy_texts"))
    db.execute_sql("ALTER TABLE policy_texts ADD COLUMN effective_from DATE NOT NULL DEFAULT '1970-01-01'")
    db.execute_sql(_DRAFTED)
    db.execute_sql(_DATED)
    with db.bind_ctx([PolicyVersion]):
        db.drop_tables([PolicyVersion], safe=False)
    if not sqlite:
        db.execute_sql("DROP FUNCTION refuse_policy_text()")
        db.execute_sql("DROP FUNCTION refuse_policy_version()")
    db.execute_sql("ALTER TABLE policy_texts DROP COLUMN summary")
    db.execute_sql("DROP INDEX consent_events_policy")
    db.execute_sql("DROP INDEX messages_mailing")
    db.execute_sql("ALTER TABLE messages DROP COLUMN mailing")


def _versions(published: list[tuple[str, str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each version; the next one of the same document that has begun ended it."""
    now, rows = datetime.now(UTC), list[dict[str, Any]]()
    for document, version, written in published:
        begins = date.fromisoformat(str(written))
        begun = begins <= now.date()
        if begun and rows and rows[-1]["document"] == document:
            rows[-1].update(state="retired", ended_on=begins)
        row = {"document": document, "version": version, "effective_from": begins, "minor": False, "changes": ""}
        row |= {"state": "in_force" if begun else "scheduled", "asks": not begun, "ended_on": None}
        row |= {"due_at": None if begun else now, "fence": 0, "attempts": 0, "told": 0, "told_up_to": 0}
        rows.append({**row, "stopped_up_to": 0, "created_at": now, "scheduled_at": now})
    return rows
