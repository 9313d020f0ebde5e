"""What becomes of a case: decisions, what goes on again, companies that answer, files until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.cases.models.case import Case
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


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
