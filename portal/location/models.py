"""What a person asked to be deleted of their places, how far each system is, and until when places are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject


class Removal(Claimable):
    """Places that go: from `since` up to `until`, each without end where null, or the one with `key` in a system.

    A row whose kind is "all" also remembers that nothing from before its `until` may be taken in again.
    """

    subject = peewee.ForeignKeyField(Subject)
    kind = peewee.CharField(8)  # one, span or all
    since = MomentField(null=True)
    until = MomentField(null=True)
    key = JsonField(null=True)
    asked_at = MomentField(default=clock.now)
    done_at = MomentField(null=True)
    if TYPE_CHECKING:
        subject_id: int

    class Meta:
        table_name = "location_removals"
        title = N_("Places you asked to be deleted")
        whose = "subject"
        erasure = "delete"


class RemovalPart(Model):
    """One system's part; `found` is how many places there were when its turn came."""

    removal = peewee.ForeignKeyField(Removal, backref="parts")
    source = peewee.CharField(64)
    title = peewee.CharField(120)
    found = peewee.IntegerField(null=True)
    done_at = MomentField(null=True)

    class Meta:
        table_name = "location_removal_parts"
        title = N_("Systems that places are deleted in")
        whose = "removal.subject"
        erasure = "delete"
        indexes = ((("removal", "source"), True),)


class Keeping(Claimable):
    """Falls due every night to delete what is too old; `before` is the choice that an undo brings back until then."""

    subject = peewee.ForeignKeyField(Subject, unique=True)
    before = peewee.CharField(32, null=True)
    if TYPE_CHECKING:
        subject_id: int

    class Meta:
        table_name = "location_keepings"
        title = N_("When old places are next deleted")
        whose = "subject"
        erasure = "delete"


class PhoneState(Model):
    """What an app last said of the switch that the phone itself has, where it tells the portal; one row an app."""

    subject = peewee.ForeignKeyField(Subject)
    source = peewee.CharField(64)
    state = peewee.CharField(32)
    at = MomentField()

    class Meta:
        table_name = "phone_states"
        title = N_("The switch on your phone")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source"), True),)
