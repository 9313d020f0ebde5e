"""The log, its seals, and what was found when it was last verified."""

from __future__ import annotations

import json
from typing import Any

import peewee

from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_


class WrittenJsonField(peewee.TextField):
    """A JSON document that both engines keep to the letter, for its letters are hashed (jsonb would reorder them)."""

    def db_value(self, value: Any) -> str | None:
        """Write it down."""
        return None if value is None else json.dumps(value)

    def python_value(self, value: str | None) -> Any:
        """Read it."""
        return None if value is None else json.loads(value)


class AuditEvent(Model):
    """One line of the log. `subject` is our number of a person, never their name.

    The database refuses DELETE and every UPDATE but one: the sealer sets `seal` once.
    """

    at = MomentField(index=True)
    name = peewee.CharField(64)
    subject = peewee.IntegerField(null=True, index=True)
    actor = peewee.CharField(32)  # "person", "worker", "operator", "staff:<number>", "parent"
    keys = WrittenJsonField(default=dict)
    seal = peewee.IntegerField(null=True)

    class Meta:
        table_name = "audit_events"
        title = N_("Log of what happened with your account")
        whose = "subject"
        erasure = "keep"
        embargo = "id"
        indexes = ((("seal", "id"), False),)


class AuditSeal(Model):
    """One link of the chain: a batch of events, each with its number and hash in `rows`. It never changes."""

    number = peewee.IntegerField(primary_key=True)
    at = MomentField()
    total = peewee.BigIntegerField()  # events under this seal and all before it
    rows = peewee.BlobField()
    previous = peewee.CharField(64)
    head = peewee.CharField(64)

    class Meta:
        table_name = "audit_seals"
        whose = None
        erasure = None


class AuditCheck(Model):
    """What one verification found."""

    at = MomentField(default=clock.now, index=True)
    seals = peewee.IntegerField()
    rows = peewee.BigIntegerField()
    waiting = peewee.BigIntegerField()
    head = peewee.CharField(64)
    found = peewee.IntegerField()
    findings = JsonField(default=list)  # the first of them: what, seal, event, at, name

    class Meta:
        table_name = "audit_checks"
        whose = None
        erasure = None
