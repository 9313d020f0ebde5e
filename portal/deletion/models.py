"""A deletion, its targets, the ledger that survives a restored backup, and certificates."""

from __future__ import annotations

import peewee

from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Deletion(Claimable):
    """One erasure: scheduled, paused or cancelled; then erasing, erased (and looked at again) and done.

    Of the account with all there is; or, the account staying, of one `system`, or of one `category` (a table) there.
    `subject` is a bare number, because the row outlives the person: it watches that nothing comes back.
    `unfinished_of` is the same number until it is over: unique with the scope, so nobody has two of one kind under way.
    `address` is where the last message goes; it is emptied once that message is written.
    """

    case = peewee.ForeignKeyField(Case, unique=True, backref="deletions")
    subject = peewee.IntegerField(index=True)
    unfinished_of = peewee.IntegerField(null=True)
    system = peewee.CharField(64, default="")
    category = peewee.CharField(64, default="")
    state = peewee.CharField(16, default="scheduled")
    scheduled_for = MomentField()
    language = peewee.CharField(8)
    address = EncryptedField(null=True)
    asked_at = MomentField(default=clock.now)
    looks = peewee.IntegerField(default=0)

    class Meta:
        table_name = "deletions"
        title = N_("Your deletion")
        whose = "subject"
        erasure = "keep"
        indexes = ((("unfinished_of", "system", "category"), True),)


class Target(Model):
    """One system in one deletion: waiting, counted (or held by something in the way), erased, read again, proven.

    Between the last two its texts are looked through: `mentions` says what was found, and "found" that nothing explains
    some of it, so that staff have to. `trouble` is why it could not be erased yet.

    `lines` is the plan, counted before anything is erased; `person` (keys, identifiers) goes after the last look.
    `tables` are those that go, null for all. `held` says which rows something stops beyond the legal date, and staff
    settle it in the case `inquiry`; what has nothing to do with them was erased at `freed_at`.
    """

    deletion = peewee.ForeignKeyField(Deletion, backref="targets")
    source = peewee.CharField(64)
    title = peewee.CharField(120)
    state = peewee.CharField(16, default="waiting")
    person = EncryptedField(null=True)
    lines = JsonField(default=list)
    tables = JsonField(null=True)
    held = JsonField(null=True)
    inquiry = peewee.CharField(16, null=True)
    freed_at = MomentField(null=True)
    erased_at = MomentField(null=True)
    proven_at = MomentField(null=True)
    looked_at = MomentField(null=True)
    trouble = JsonField(null=True)
    mentions = JsonField(null=True)

    class Meta:
        table_name = "deletion_targets"
        withheld = ("trouble",)  # technical, and for staff
        title = N_("Systems in your deletion")
        whose = "deletion.subject"
        erasure = "keep"
        indexes = ((("deletion", "source"), True),)


class ErasureRecord(Model):
    """Who must stay erased, as keyed hashes only; written before the first destructive step (RULES E4)."""

    reference = peewee.CharField(16, unique=True)
    at = MomentField(default=clock.now)
    hashes = JsonField()

    class Meta:
        table_name = "erasure_records"
        whose = None
        erasure = None


class Certificate(Model):
    """What was erased, where and when, and what is kept why; holds nothing of the person, and goes after ten years.

    `scope` names what it is of, null for the account; `asked` which companies were asked; `seal` is a keyed hash of all
    that is said, so that a row that was changed, or a print that says otherwise, is noticed.
    """

    reference = peewee.CharField(16, unique=True)
    issued_at = MomentField(default=clock.now)
    lines = JsonField()
    looked_at = MomentField(null=True)
    scope = JsonField(null=True)
    asked = JsonField(null=True)
    seal = peewee.CharField(80, default="")

    class Meta:
        table_name = "certificates"
        whose = None
        erasure = None


class Retention(Model):
    """How the nightly retention of one table was last: the rows that went, in all and that night, or why it failed."""

    source = peewee.CharField(64)
    table = peewee.CharField(64)
    looked_at = MomentField()
    rows = peewee.IntegerField(default=0)
    rows_in_all = peewee.BigIntegerField(default=0)
    failed = peewee.CharField(200, default="")

    class Meta:
        table_name = "retentions"
        whose = None
        erasure = None
        indexes = ((("source", "table"), True),)


class Returned(Model):
    """Somebody who was erased is in a system again: which erasure it was and in which case staff look; not who."""

    source = peewee.CharField(64)
    erasure = peewee.CharField(16)
    case = peewee.CharField(16)
    found_at = MomentField(default=clock.now)

    class Meta:
        table_name = "returned"
        whose = None
        erasure = None
        indexes = ((("source", "erasure"), True),)
