"""Messages on their way out."""

from __future__ import annotations

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Message(Claimable):
    """One message to one address, written in the transaction of its cause; address and facts go once it is sent.

    While `mailing` names one, it is sent with all others of that mailing (see mailing.py).
    """

    account = peewee.IntegerField(null=True, index=True)
    kind = peewee.CharField(48)
    cause = peewee.CharField(120, unique=True)
    language = peewee.CharField(8)
    channel = peewee.CharField(8, default="email")
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, index=True)
    facts = EncryptedField(null=True)
    state = peewee.CharField(16, default="queued")
    created_at = MomentField(default=clock.now)
    sent_at = MomentField(null=True)
    mailing = peewee.CharField(64, null=True, index=True)

    class Meta:
        table_name = "messages"
        title = N_("Messages sent to you")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"
        withheld = ("mailing",)


class Bounce(Model):
    """That mail or text messages to an address came back, as a keyed hash of it; gone once something arrives again.

    `lasting`: there is no such mailbox, so what is not needed is not sent there (declared.SPARED). `status` is what the
    other side said, as RFC 3463 has it.
    """

    account = peewee.IntegerField(null=True, index=True)
    channel = peewee.CharField(8)
    address_hash = peewee.CharField(80, unique=True)
    lasting = peewee.BooleanField()
    status = peewee.CharField(16)
    times = peewee.IntegerField(default=1)
    first_at = MomentField(default=clock.now)
    last_at = MomentField(default=clock.now)

    class Meta:
        table_name = "bounces"
        title = N_("Addresses that mail came back from")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"


class Arrival(Model):
    """A mail that was taken in, by a digest alone, so that none is taken in twice; `outcome` says what became of it."""

    digest = peewee.CharField(64, unique=True)
    outcome = peewee.CharField(16)
    at = MomentField(default=clock.now, index=True)

    class Meta:
        table_name = "arrivals"
        whose = None
        erasure = None
