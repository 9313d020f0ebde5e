"""Corrections on their way into every system, and what people add to their records."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import peewee

from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject


class Correction(Claimable):
    """One detail that is to become another, everywhere; with a `case` where it is looked at first.

    `state`: "asked", "writing", "done"; what staff refuse stays "asked", and the case says so. What its person says was
    not them is "undoing", then "undone". `recipients` are those who were told: name, how, and when (GDPR 19). Of a
    proven address: `identifier` is its number, `alarm` that of the warning to the other addresses.
    """

    subject = peewee.ForeignKeyField(Subject, backref="corrections")
    case = peewee.ForeignKeyField(Case, null=True, backref="corrections")
    detail = peewee.CharField(64)
    kind = peewee.CharField(16)
    sensitive = peewee.CharField(24, default="")
    title = JsonField(default=dict)
    new = EncryptedField()
    language = peewee.CharField(8)
    state = peewee.CharField(16)
    recipients = JsonField(default=list)
    identifier = peewee.IntegerField(null=True)
    alarm = peewee.IntegerField(null=True)
    asked_at = MomentField(default=clock.now)
    done_at = MomentField(null=True)
    if TYPE_CHECKING:
        subject_id: int
        case_id: int | None

    class Meta:
        table_name = "corrections"
        title = N_("Corrections you asked for")
        whose = "subject"
        erasure = "delete"


class CorrectionPart(Claimable):
    """One value in one system: the row by its `key` (JSON), what stood there, and whether the new one does.

    `state`: "asked", "waiting", "written", "differs" (something else stood there), "refused" (the system cannot take
    it) or "gone"; "stopped" before it was written, "undoing" and "undone" after. An empty `key` stands for a system
    that had not answered when it was asked for. `keys_there`: the person's keys there, so that an address that they are
    found by no more can be put back.
    """

    correction = peewee.ForeignKeyField(Correction, backref="parts")
    source = peewee.CharField(64)
    place = peewee.CharField(160)
    key = EncryptedField()
    old = EncryptedField(null=True)
    keys_there = EncryptedField(null=True)
    state = peewee.CharField(16)
    confirmed_at = MomentField(null=True)
    if TYPE_CHECKING:
        correction_id: int
        confirmed: datetime | None

    class Meta:
        table_name = "correction_parts"
        title = N_("Corrections, system by system")
        whose = "correction.subject"
        erasure = "delete"


class Statement(Model):
    """What a person wants said beside their data; it goes with every copy and is shown to staff (GDPR 16)."""

    subject = peewee.ForeignKeyField(Subject, backref="statements")
    text = EncryptedField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "statements"
        title = N_("What you added to your data")
        whose = "subject"
        erasure = "delete"
