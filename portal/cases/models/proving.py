"""How it is shown who asks in a case: what is on its way, and what was shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import peewee

from portal.cases.models.case import Case
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


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
