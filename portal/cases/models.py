"""Cases and what happened in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.kernel import clock, tokens
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject


class Case(Claimable):
    """A data subject request; people read "request". After an erasure the row stays, without the person (RULES R7)."""

    reference = peewee.CharField(16, unique=True, default=lambda: tokens.new_reference("R"))
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="cases")
    kind = peewee.CharField(24)
    state = peewee.CharField(24, default="open")
    channel = peewee.CharField(16, default="portal")
    profile = peewee.CharField(16)
    received_at = MomentField(default=clock.now)
    acknowledge_by = peewee.DateField()
    complete_by = peewee.DateField(index=True)
    closed_at = MomentField(null=True)

    if TYPE_CHECKING:
        subject_id: int  # None only after an erasure, when no room works on the case any more

    class Meta:
        table_name = "cases"
        title = N_("Your requests")
        whose = "subject"
        erasure = "unlink"


class CaseEvent(Model):
    """One line of a case's timeline; `name` is a word of the room that wrote it.

    `facts` hold no personal data, but for the `ground` on which an operator verified somebody, which goes with them.
    """

    case = peewee.ForeignKeyField(Case, backref="events")
    at = MomentField(default=clock.now)
    name = peewee.CharField(48)
    actor = peewee.CharField(32)
    internal = peewee.BooleanField(default=False)
    facts = JsonField(default=dict)

    class Meta:
        table_name = "case_events"
        title = N_("What happened with your requests")
        whose = "case.subject"
        erasure = "keep"
