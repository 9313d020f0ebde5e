"""Where a data subject is found in the connected systems."""

from __future__ import annotations

import peewee

from portal.accounts.models import Identifier
from portal.accounts.models import Subject as Subject
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Link(Model):
    """One row of one system that is this person, made only from an identifier that was proven.

    Several rows for one address are never merged: they stay `unclaimed` until each is claimed with a proof of its own.
    A row that its system does not find any more is `gone`, for its number may be somebody else's by now.
    """

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, backref="links")
    source = peewee.CharField(64)
    key = EncryptedField()
    key_hash = peewee.CharField(80)
    state = peewee.CharField(16, default="linked")
    proven_by = peewee.CharField(16)
    linked_at = MomentField(default=clock.now)
    read_at = MomentField(null=True)  # when what its system had of itself was taken into the ledger

    class Meta:
        table_name = "links"
        title = N_("Where your data lies")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source", "key_hash"), True),)


class Lookup(Model):
    """A system was asked about an identifier and answered; a missing row means it has not answered yet."""

    identifier_id: int
    identifier = peewee.ForeignKeyField(Identifier)
    source = peewee.CharField(64)
    found = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "lookups"
        title = N_("Systems asked about your addresses")
        whose = "identifier.account"
        erasure = "delete"
        indexes = ((("identifier", "source"), True),)


class Connection(Claimable):
    """A system that was connected, and how many people of it were known here by then; due until all were asked."""

    source = peewee.CharField(64, unique=True)
    people = peewee.IntegerField(default=0)
    begun_at = MomentField(default=clock.now)
    finished_at = MomentField(null=True)

    class Meta:
        table_name = "connections"
        whose = None
        erasure = None


class LegalHold(Claimable):
    """Records of a person that must stay although they would go: of one table in one system, until a day.

    `key` names the record that is meant, "" for all of the table; systems erase by tables, so the table stays. `staff`
    answers for it. `person` holds what leads to the rows once the person was erased otherwise: the hold's end erases
    them, and `due_at` is when. It empties `person` too.
    """

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="+")
    case = peewee.CharField(16)
    source = peewee.CharField(64)
    table = peewee.CharField(64)
    key = EncryptedField(null=True)
    reason = EncryptedField()
    staff = peewee.IntegerField()
    created_at = MomentField(default=clock.now)
    until = peewee.DateField()
    person = EncryptedField(null=True)
    erased_for = peewee.CharField(16, default="")
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "legal_holds"
        title = N_("Records that a legal duty keeps")
        whose = "subject"
        erasure = "unlink"
        indexes = ((("subject", "source"), False),)
