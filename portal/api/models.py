"""The keys by which programs are known, and answers kept so that a call that is sent again is not done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.subjects.models import Subject


class ApiKey(Model):
    """One program: what it is called, what it may ask for, how many calls a minute. Only a digest is stored."""

    name = peewee.CharField(64, unique=True)
    digest = peewee.CharField(64, unique=True)
    scopes = JsonField()
    rate = peewee.IntegerField()
    created_at = MomentField(default=clock.now)
    used_at = MomentField(null=True)
    disabled_at = MomentField(null=True)

    class Meta:
        table_name = "api_keys"
        whose = None
        erasure = None


class ApiAnswer(Model):
    """What a call with an Idempotency-Key was answered; `name` and `asked` are digests of that key and of the body."""

    key = peewee.ForeignKeyField(ApiKey, backref="+", on_delete="CASCADE")
    name = peewee.CharField(64)
    asked = peewee.CharField(64)
    status = peewee.IntegerField(default=0)
    answer = EncryptedField(null=True)
    subject = peewee.ForeignKeyField(Subject, null=True, backref="+")
    at = MomentField(default=clock.now, index=True)
    if TYPE_CHECKING:
        key_id: int
        subject_id: int | None

    class Meta:
        table_name = "api_answers"
        title = N_("Answers to apps that acted for you")
        titles = {"answer": N_("Answer"), "asked": N_("Fingerprint of the question"), "status": N_("Status")}
        withheld = ("key", "name", "asked")
        whose = "subject"
        erasure = "delete"
        indexes = ((("key", "name"), True),)
