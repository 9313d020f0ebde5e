"""What is remembered of connected systems."""

from __future__ import annotations

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField


class KnownSchema(Model):
    """The schema of a system when it was last checked: `shape` says by table and name what each part of it was."""

    source = peewee.CharField(64, unique=True)
    seen_at = MomentField(default=clock.now)
    shape = JsonField()

    class Meta:
        table_name = "known_schemas"
        whose = None
        erasure = None


class ChecklistItem(Model):
    """One place where staff have to look for somebody: a table of a system without a program (`manual:`).

    `purpose` is copy or erasure, `request` what asked for it; `who` (what to look by) is emptied with the answer of an
    erasure. `outcome` is done or nothing, `words` the evidence. `hash` tells that it is the same person.
    """

    source = peewee.CharField(64)
    table = peewee.CharField(64)
    purpose = peewee.CharField(8)
    request = peewee.CharField(120)
    hash = peewee.CharField(80, index=True)
    who = EncryptedField(null=True)
    asked_at = MomentField(default=clock.now)
    answered_at = MomentField(null=True, index=True)
    outcome = peewee.CharField(8, default="")
    words = EncryptedField(null=True)
    staff = peewee.IntegerField(null=True)

    class Meta:
        table_name = "checklist_items"
        whose = None
        erasure = None
        indexes = ((("source", "table", "purpose", "request", "hash"), True),)
