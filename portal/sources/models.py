"""What is remembered of connected systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


class ChecklistFile(Model):
    """A file that shows what staff found or did in one place; it lies in the store, encrypted with `key`.

    It has no name of its own, for that could say who it was. `sha256` is of its content, in hex; `state` is "arriving"
    or "kept".
    """

    item = peewee.ForeignKeyField(ChecklistItem, backref="files")
    media_type = peewee.CharField(32)
    ending = peewee.CharField(8)
    size = peewee.IntegerField()
    sha256 = peewee.CharField(64)
    file = peewee.CharField(80, unique=True)
    key = EncryptedField()
    state = peewee.CharField(16, default="arriving")
    at = MomentField(default=clock.now)
    if TYPE_CHECKING:
        item_id: int

    class Meta:
        table_name = "checklist_files"
        whose = None
        erasure = None

    @property
    def name(self) -> str:
        """Return how it is called when it is handed out."""
        return f"by-hand-{self.item_id}-{self.id}.{self.ending}"
