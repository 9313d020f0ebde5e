"""One case: its row, its timeline and its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.kernel import clock, tokens
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject

LONGEST = 10_000  # characters of a message
BY_DAY = ("phone", "post", "in_person")  # the channels of what staff take in


class Case(Claimable):
    """A data subject request; people read "request". After an erasure the row stays, without the person (RULES R7).

    `contact` is where somebody without an account is written to; `acting` says for whom they ask: "self", "agent",
    "representative" or "relative". `assignee` is a number of the staff. What a case waits for while it is open
    (`waiting`: "", "person", "customer" or "source") stops no clock. `complete_by` is the date that counts, `profile`
    the law that gave it; `legal_maximum` is the latest day that the law of the person's own country allows (RULES D1).
    `shared`: others process the data too, so a law may give more time; decided when the dates are, and kept with them.
    `asked` says what was chosen, such as the purpose of an objection: words of ours, never of a person.
    """

    reference = peewee.CharField(16, unique=True, default=lambda: tokens.new_reference("R"))
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="cases")
    kind = peewee.CharField(24)
    state = peewee.CharField(24, default="open")
    channel = peewee.CharField(16, default="portal")
    country = peewee.CharField(8, default="")
    language = peewee.CharField(8, default="")
    acting = peewee.CharField(16, default="self")
    contact = EncryptedField(null=True)
    contact_hash = peewee.CharField(80, default="", index=True)
    profile = peewee.CharField(16)
    own_profile = peewee.CharField(16, default="")
    received_at = MomentField(default=clock.now, index=True)
    acknowledge_by = peewee.DateField(null=True)
    acknowledged_at = MomentField(null=True)
    complete_by = peewee.DateField(index=True)
    legal_maximum = peewee.DateField(null=True)
    shared = peewee.BooleanField(default=False)
    extended_at = MomentField(null=True)
    waiting = peewee.CharField(16, default="")
    snoozed_until = MomentField(null=True)
    assignee = peewee.IntegerField(null=True)
    duplicate_of = peewee.IntegerField(null=True, index=True)
    routed_at = MomentField(null=True)
    asked = JsonField(null=True)
    is_test = peewee.BooleanField(default=False)
    closed_at = MomentField(null=True, index=True)

    if TYPE_CHECKING:
        subject_id: int  # None after an erasure, and before somebody without an account has proven who they are

    class Meta:
        table_name = "cases"
        title = N_("Your requests")
        whose = "subject"
        by_address = "contact_hash"
        erasure = "unlink"
        forget = ("contact", "contact_hash")
        indexes = (
            (("state", "complete_by", "id"), False),
            (("assignee", "state", "complete_by"), False),
            (("subject", "state"), False),
        )

    @property
    def has_no_hour(self) -> bool:
        """Tell what came by phone, by post or in person: of that only the day is known (RULES R8)."""
        return self.channel in BY_DAY


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
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_events"
        title = N_("What happened with your requests")
        whose = "case.subject"
        internal = "internal"
        erasure = "keep"


class CaseMessage(Claimable):
    """What was said in a case; `due_at` is when what staff wrote goes out, and until then it can be taken back.

    `author` is "person", "agent", "staff:<number>", "customer:<controller>", or "mail": somebody unproven who wrote
    to the address of the request. `internal` notes are for staff alone.
    """

    case = peewee.ForeignKeyField(Case, backref="messages")
    author = peewee.CharField(72)
    body = EncryptedField()
    internal = peewee.BooleanField(default=False)
    state = peewee.CharField(16)
    at = MomentField(default=clock.now)
    sent_at = MomentField(null=True)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_messages"
        title = N_("What was written in your requests")
        whose = "case.subject"
        internal = "internal"
        erasure = "delete"
