"""Messages on their way out."""

from __future__ import annotations

from typing import ClassVar

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Message(Claimable):
    """One message to one address, written in the transaction of its cause; address and facts go once it is sent.

    While `mailing` names one, it is sent with all others of that mailing (see mailing.py). What `masked` and `kept`
    hold stays for the inbox (kept.py), and `read_at` is when it was opened there.
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
    masked = EncryptedField(null=True)
    kept = EncryptedField(null=True)
    read_at = MomentField(null=True)

    class Meta:
        table_name = "messages"
        title = N_("Messages sent to you")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"
        withheld = ("mailing",)
        titles: ClassVar = {"masked": N_("Sent to"), "kept": N_("What it said"), "read_at": N_("Opened at")}


class PushSubscription(Claimable):
    """One browser that somebody lets be told of news, by a tap; due while there is some that it was not told of.

    `session` and `browser_hash` (see accounts.Session) say which browser it is, so that signing it out ends this too.
    `sender` is the key of ours that it was shown: it takes nothing from any other.
    """

    account = peewee.IntegerField(index=True)
    session = peewee.IntegerField()
    browser_hash = peewee.CharField(80, default="")
    device = peewee.CharField(120)
    language = peewee.CharField(8)
    endpoint = EncryptedField()
    endpoint_hash = peewee.CharField(80, unique=True)
    public_key = peewee.CharField(100)
    auth = EncryptedField()
    sender = peewee.CharField(100)
    created_at = MomentField(default=clock.now)
    news_at = MomentField(null=True)
    told_at = MomentField(null=True)

    class Meta:
        table_name = "push_subscriptions"
        title = N_("Browsers that are told of news")
        whose = "account"
        erasure = "delete"
        withheld = ("session", "endpoint", "public_key", "auth", "sender")
        titles: ClassVar = {"news_at": N_("Last news at")}


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
