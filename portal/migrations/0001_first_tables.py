"""The first tables."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, MomentField


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class AuditEvent(Frozen):
    at = MomentField(index=True)
    name = peewee.CharField(64)
    subject = peewee.IntegerField(null=True, index=True)
    actor = peewee.CharField(32)
    keys = JsonField()
    hash = peewee.CharField(64, unique=True)

    class Meta:
        table_name = "audit_events"


class Tally(Frozen):
    key = peewee.CharField(160, primary_key=True)
    count = peewee.IntegerField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "tallies"


class Schedule(Frozen):
    name = peewee.CharField(120, primary_key=True)
    begun_at = MomentField()

    class Meta:
        table_name = "schedules"


class Delivery(Frozen):
    subject = peewee.IntegerField()
    source = peewee.CharField(64)
    wanted = peewee.BigIntegerField()
    confirmed = peewee.BigIntegerField()
    asked_at = MomentField()
    confirmed_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "deliveries"
        indexes = ((("subject", "source"), True),)


class Account(Frozen):
    created_at = MomentField()
    language = peewee.CharField(8, null=True)

    class Meta:
        table_name = "accounts"


class Message(Frozen):
    account = peewee.IntegerField(null=True, index=True)
    kind = peewee.CharField(48)
    cause = peewee.CharField(120, unique=True)
    language = peewee.CharField(8)
    channel = peewee.CharField(8)
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, index=True)
    facts = EncryptedField(null=True)
    state = peewee.CharField(16)
    created_at = MomentField()
    sent_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "messages"


class ErasurePermit(Frozen):
    subject = peewee.IntegerField(primary_key=True)

    class Meta:
        table_name = "erasure_permits"


class PolicyText(Frozen):
    document = peewee.CharField(32)
    version = peewee.CharField(32)
    language = peewee.CharField(8)
    text = peewee.TextField()
    sha256 = peewee.CharField(64)
    effective_from = peewee.DateField()

    class Meta:
        table_name = "policy_texts"
        indexes = ((("document", "version", "language"), True),)


class ErasureRecord(Frozen):
    reference = peewee.CharField(16, unique=True)
    at = MomentField()
    hashes = JsonField()

    class Meta:
        table_name = "erasure_records"


class Certificate(Frozen):
    reference = peewee.CharField(16, unique=True)
    issued_at = MomentField()
    lines = JsonField()
    looked_at = MomentField(null=True)

    class Meta:
        table_name = "certificates"


class Identifier(Frozen):
    account = peewee.ForeignKeyField(Account, backref="+")
    kind = peewee.CharField(16)
    value = EncryptedField()
    hash = peewee.CharField(80)
    proven_at = MomentField()
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "identifiers"
        indexes = ((("kind", "hash"), True),)


class Session(Frozen):
    account = peewee.ForeignKeyField(Account, backref="+")
    digest = peewee.CharField(64, unique=True)
    device = peewee.CharField(120)
    created_at = MomentField()
    seen_at = MomentField()
    fresh_until = MomentField()
    ended_at = MomentField(null=True, index=True)

    class Meta:
        table_name = "sessions"


class Challenge(Frozen):
    digest = peewee.CharField(64, unique=True)
    account = peewee.ForeignKeyField(Account, backref="+", null=True)
    kind = peewee.CharField(16)
    address = EncryptedField()
    address_hash = peewee.CharField(80, index=True)
    language = peewee.CharField(8)
    state = peewee.CharField(16)
    code_hash = peewee.CharField(80, null=True)
    tries = peewee.IntegerField()
    onward = peewee.CharField(255)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "challenges"


class Subject(Frozen):
    account = peewee.ForeignKeyField(Account, on_delete="SET NULL", backref="+", null=True, unique=True)
    created_at = MomentField()

    class Meta:
        table_name = "subjects"


class Lookup(Frozen):
    identifier = peewee.ForeignKeyField(Identifier, backref="+")
    source = peewee.CharField(64)
    found = peewee.IntegerField()
    at = MomentField()

    class Meta:
        table_name = "lookups"
        indexes = ((("identifier", "source"), True),)


class Link(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+")
    source = peewee.CharField(64)
    key = EncryptedField()
    key_hash = peewee.CharField(80)
    state = peewee.CharField(16)
    proven_by = peewee.CharField(16)
    linked_at = MomentField()

    class Meta:
        table_name = "links"
        indexes = ((("subject", "source", "key_hash"), True),)


class ConsentEvent(Frozen):
    record = peewee.CharField(36, unique=True)
    subject = peewee.ForeignKeyField(Subject, backref="+")
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)
    notice = peewee.CharField(32)
    notice_version = peewee.CharField(32)
    language = peewee.CharField(8)
    wording = peewee.TextField()
    actor = peewee.CharField(32)
    channel = peewee.CharField(16)
    at = MomentField()

    class Meta:
        table_name = "consent_events"


class Standing(Frozen):
    subject = peewee.ForeignKeyField(Subject, backref="+", primary_key=True)
    choices = JsonField()
    event = peewee.BigIntegerField()

    class Meta:
        table_name = "standing"


class Case(Frozen):
    reference = peewee.CharField(16, unique=True)
    subject = peewee.ForeignKeyField(Subject, on_delete="SET NULL", backref="+", null=True)
    kind = peewee.CharField(24)
    state = peewee.CharField(24)
    channel = peewee.CharField(16)
    profile = peewee.CharField(16)
    received_at = MomentField()
    acknowledge_by = peewee.DateField()
    complete_by = peewee.DateField(index=True)
    closed_at = MomentField(null=True)
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "cases"


class CaseEvent(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+")
    at = MomentField()
    name = peewee.CharField(48)
    actor = peewee.CharField(32)
    internal = peewee.BooleanField()
    facts = JsonField()

    class Meta:
        table_name = "case_events"


class Download(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+", unique=True)
    state = peewee.CharField(16)
    unfinished_of = peewee.IntegerField(null=True, unique=True)
    language = peewee.CharField(8)
    file = peewee.CharField(120, null=True)
    size = peewee.BigIntegerField(null=True)
    sha256 = peewee.CharField(64, null=True)
    as_of = MomentField(null=True)
    expires_at = MomentField(null=True)
    fetched = peewee.IntegerField()
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "downloads"


class Deletion(Frozen):
    case = peewee.ForeignKeyField(Case, backref="+", unique=True)
    subject = peewee.IntegerField(index=True)
    unfinished_of = peewee.IntegerField(null=True, unique=True)
    state = peewee.CharField(16)
    scheduled_for = MomentField()
    language = peewee.CharField(8)
    address = EncryptedField(null=True)
    asked_at = MomentField()
    looks = peewee.IntegerField()
    due_at = MomentField(null=True, index=True)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField()
    attempts = peewee.IntegerField()

    class Meta:
        table_name = "deletions"


class Part(Frozen):
    download = peewee.ForeignKeyField(Download, backref="+")
    source = peewee.CharField(64)
    state = peewee.CharField(16)
    rows = peewee.BigIntegerField()
    tries = peewee.IntegerField()
    as_of = MomentField(null=True)

    class Meta:
        table_name = "download_parts"
        indexes = ((("download", "source"), True),)


class Ticket(Frozen):
    download = peewee.ForeignKeyField(Download, backref="+")
    digest = peewee.CharField(64, unique=True)
    created_at = MomentField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "tickets"


class Target(Frozen):
    deletion = peewee.ForeignKeyField(Deletion, backref="+")
    source = peewee.CharField(64)
    title = peewee.CharField(120)
    state = peewee.CharField(16)
    person = EncryptedField(null=True)
    lines = JsonField()
    erased_at = MomentField(null=True)
    proven_at = MomentField(null=True)
    looked_at = MomentField(null=True)

    class Meta:
        table_name = "deletion_targets"
        indexes = ((("deletion", "source"), True),)


TABLES = [
    AuditEvent,
    Tally,
    Schedule,
    Delivery,
    Account,
    Message,
    ErasurePermit,
    PolicyText,
    ErasureRecord,
    Certificate,
    Identifier,
    Session,
    Challenge,
    Subject,
    Lookup,
    Link,
    ConsentEvent,
    Standing,
    Case,
    CaseEvent,
    Download,
    Deletion,
    Part,
    Ticket,
    Target,
]

# The ledger is append-only: UPDATE never, DELETE only for a person whose erasure holds a permit (DESIGN idea 1).
SQLITE_UP = (
    """CREATE TRIGGER consent_events_stay BEFORE UPDATE ON consent_events
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER consent_events_last BEFORE DELETE ON consent_events
    WHEN NOT EXISTS (SELECT 1 FROM erasure_permits WHERE subject = OLD.subject_id)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
)
POSTGRES_UP = (
    """CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM erasure_permits WHERE subject = OLD.subject_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the ledger is append-only';
    END $$""",
    """CREATE TRIGGER consent_events_stay BEFORE UPDATE OR DELETE ON consent_events
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()""",
    """CREATE TRIGGER consent_events_whole BEFORE TRUNCATE ON consent_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()""",
)


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Create the tables and the guards of the ledger."""
    sqlite = isinstance(db, peewee.SqliteDatabase)
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)
    for statement in SQLITE_UP if sqlite else POSTGRES_UP:
        db.execute_sql(statement)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES, safe=False)
    if not isinstance(db, peewee.SqliteDatabase):
        db.execute_sql("DROP FUNCTION refuse_ledger_change()")
