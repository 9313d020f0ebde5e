"""The ledger of choices and the present standing."""

from __future__ import annotations

import uuid

import peewee

from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.subjects.models import Subject


class ConsentEvent(Model):
    """One choice as it was made. The database refuses UPDATE, and DELETE outside an erasure (RULES C3, C4)."""

    record = peewee.CharField(36, unique=True, default=lambda: str(uuid.uuid4()))
    subject = peewee.ForeignKeyField(Subject)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)
    notice = peewee.CharField(32)
    notice_version = peewee.CharField(32)
    language = peewee.CharField(8)
    wording = peewee.TextField()
    actor = peewee.CharField(32)
    channel = peewee.CharField(16)
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "consent_events"
        title = N_("Choices you made")
        whose = "subject"
        erasure = "delete"


class Standing(Model):
    """The newest state of every purpose, one row a person: `choices` maps purpose to [state, event, moment]."""

    subject = peewee.ForeignKeyField(Subject, primary_key=True)
    choices = JsonField(default=dict)
    event = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "standing"
        title = N_("Your present choices")
        whose = "subject"
        erasure = "delete"


class ErasurePermit(Model):
    """Lets the erasure of one person delete from the ledger, inside one transaction."""

    subject = peewee.IntegerField(primary_key=True)

    class Meta:
        table_name = "erasure_permits"
        whose = None
        erasure = None
