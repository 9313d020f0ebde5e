"""Cases: what happened in them, what was said, how their people were proven, and what staff decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import peewee

from portal.kernel import clock, tokens
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject

LONGEST = 10_000  # characters of a message


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

    `author` is "person", "agent", "staff:<number>" or "customer:<controller>". `internal` notes are for staff alone.
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


class Verification(Model):
    """That somebody was proven in one case: how, how well, by whom. It counts for this case and for no other.

    `counts_from` lies ahead where an identity that rests on no address has to cool off first.
    """

    case = peewee.ForeignKeyField(Case, backref="verifications")
    method = peewee.CharField(24)
    proof = peewee.IntegerField()
    at = MomentField(default=clock.now)
    counts_from = MomentField(default=clock.now)
    by = peewee.CharField(32)
    if TYPE_CHECKING:
        case_id: int
        counts: datetime

    class Meta:
        table_name = "case_verifications"
        title = N_("How you were recognised in your requests")
        whose = "case.subject"
        erasure = "keep"


class Attempt(Claimable):
    """A code, a link or an answer on its way that shows who asks in a case, or whom it is asked for.

    `way`: "code"; "agent", the link to whom it is asked for; "facts" and "lost" mailbox, which a worker looks into, as
    "dead", where somebody asks for a person who died; "told", the link with which whoever is on file stops it; "links",
    a lost link asked for by an address alone, without a case. `typed` are answers until they are compared.
    """

    case: Any = peewee.ForeignKeyField(Case, null=True, backref="attempts")  # null only of "links"
    way = peewee.CharField(16)
    digest = peewee.CharField(64, unique=True)
    state = peewee.CharField(16, default="asked")
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, default="", index=True)
    typed = EncryptedField(null=True)
    code_hash = peewee.CharField(80, default="")
    language = peewee.CharField(8, default="")
    tries = peewee.IntegerField(default=0)
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_attempts"
        title = N_("How it was tried to show who asks in your requests")
        whose = "case.subject"
        by_address = "address_hash"
        erasure = "delete"


class Decision(Model):
    """What staff decided, or propose until a second of them agrees; `outcome`: "fulfil", "part" or "refuse"."""

    case = peewee.ForeignKeyField(Case, backref="decisions")
    outcome = peewee.CharField(16)
    reason = peewee.CharField(32, default="")
    words = EncryptedField(null=True)
    state = peewee.CharField(16)
    proposed_by = peewee.IntegerField()
    proposed_at = MomentField(default=clock.now)
    decided_by = peewee.IntegerField(null=True)
    decided_at = MomentField(null=True)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_decisions"
        title = N_("What was decided about your requests")
        whose = "case.subject"
        erasure = "delete"


class Routing(Claimable):
    """A company that decides about rows of its own was asked to answer a case: asked, answered, silent or unreachable.

    `answer`: "done", "part", "nothing" or "refused", with a `reason` of the list; `words` are for the person and go
    with them. `due_at` is when the company is reminded, and then when its time is over.
    """

    case = peewee.ForeignKeyField(Case, backref="routings")
    controller = peewee.CharField(64)
    title = peewee.CharField(120)
    state = peewee.CharField(16, default="asked")
    asked_at = MomentField(default=clock.now)
    answer_by = peewee.DateField()
    reminded_at = MomentField(null=True)
    answered_at = MomentField(null=True)
    answer = peewee.CharField(16, default="")
    reason = peewee.CharField(32, default="")
    words = EncryptedField(null=True)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_routings"
        title = N_("Companies asked about your requests")
        whose = "case.subject"
        erasure = "unlink"
        forget = ("words",)
        indexes = ((("case", "controller"), True),)


class SavedView(Model):
    """A way of looking at the queue that a member of the staff keeps: a name, and the filters as they stand there."""

    staff = peewee.IntegerField(index=True)
    name = peewee.CharField(60)
    query = peewee.CharField(300)

    class Meta:
        table_name = "saved_views"
        whose = None
        erasure = None


class Presence(Model):
    """That somebody of the staff is writing in a case; it counts for a minute after `seen_at`."""

    case = peewee.ForeignKeyField(Case, backref="+")
    staff = peewee.IntegerField()
    seen_at = MomentField(default=clock.now, index=True)

    class Meta:
        table_name = "case_presence"
        title = N_("Who of our staff was writing in your requests")
        whose = "case.subject"
        erasure = "delete"
        indexes = ((("case", "staff"), True),)


class ReplyText(Model):
    """A text for staff to send, in one language, as an admin wrote it; it stands above the one that is shipped."""

    name = peewee.CharField(32)
    language = peewee.CharField(8)
    title = peewee.CharField(80)
    text = peewee.TextField()
    staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "reply_texts"
        whose = None
        erasure = None
        indexes = ((("name", "language"), True),)


class LegalEdit(Model):
    """What staff changed in a legal profile: it counts for what is received on its day or later, and is never changed.

    `path` names the value, such as "deletion.complete" or "holidays.2027-02-10"; `by_staff` is a number of the staff.
    """

    profile = peewee.CharField(16, index=True)
    path = peewee.CharField(64)
    value = peewee.CharField(500)
    effective_from = peewee.DateField()
    reason = peewee.CharField(2000)
    by_staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "legal_edits"
        whose = None
        erasure = None


class Lifting(Claimable):
    """That what a case stopped goes on again: announced first, in force at `due_at` (RULES X7).

    `names` are the ledger's names of what is lifted, `notice` the cause of the message that says so.
    """

    case = peewee.ForeignKeyField(Case, backref="liftings")
    names = JsonField(default=list)
    notice = peewee.CharField(120)
    on = MomentField()
    state = peewee.CharField(16, default="announced")  # then "lifted" or "taken back"
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_liftings"
        title = N_("When your data may be used again")
        whose = "case.subject"
        erasure = "delete"


class Evidence(Claimable):
    """A file that somebody sent to show something; it waits in the store, encrypted with `key`, until the decision.

    `state`: "arriving", "kept" or "to go". `due_at` is set once it is to go.
    """

    case = peewee.ForeignKeyField(Case, backref="evidence")
    name = EncryptedField()
    media_type = peewee.CharField(32)
    size = peewee.IntegerField()
    file = peewee.CharField(80, unique=True)
    key = EncryptedField()
    state = peewee.CharField(16, default="arriving")
    at = MomentField(default=clock.now)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "case_evidence"
        title = N_("Files you sent with your requests")
        whose = "case.subject"
        erasure = "delete"
