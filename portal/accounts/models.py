"""Accounts, the addresses that somebody proved, their sessions and the codes that prove them."""

from __future__ import annotations

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Account(Model):
    """Somebody who signed in once. What its sessions asked for before `distrusted_at` is not carried out any more."""

    created_at = MomentField(default=clock.now)
    language = peewee.CharField(8, null=True)
    distrusted_at = MomentField(null=True)
    age_rule = peewee.CharField(16, null=True)  # what was asked at sign-up: country and age, and no date of birth
    age_confirmed_at = MomentField(null=True)

    class Meta:
        table_name = "accounts"
        title = N_("Account of this portal")
        whose = "account"
        erasure = "delete"


class Subject(Model):
    """A person whose data is held; an account of the portal is optional.

    An erasure leaves the bare number, so that no database ever gives it to another person: logs and deletions name it.
    It lies on this storey, because the log names the person from the first sign-in on.
    """

    account = peewee.ForeignKeyField(Account, null=True, unique=True, on_delete="SET NULL")
    created_at = MomentField(default=clock.now)

    class Meta:
        table_name = "subjects"
        title = N_("You, as a data subject")
        whose = "subject"
        erasure = "unlink"
        forget = ("account",)


class Identifier(Claimable):
    """An e-mail address or phone number that its holder proved; due while systems have still to be asked about it.

    Of several of one kind the main one is that with the latest `main_at`, else the first. `moves_to` is the number of
    the one that takes its place in the systems, while some of them have still to be told: until then both are needed.
    """

    account_id: int
    account = peewee.ForeignKeyField(Account, backref="identifiers")
    kind = peewee.CharField(16)
    value = EncryptedField()
    hash = peewee.CharField(80)
    proven_at = MomentField(default=clock.now)
    main_at = MomentField(null=True)
    moves_to = peewee.IntegerField(null=True)

    class Meta:
        table_name = "identifiers"
        title = N_("Proven addresses")
        whose = "account"
        erasure = "delete"
        indexes = ((("kind", "hash"), True),)

    @classmethod
    def of(cls, account_id: int, *kinds: str) -> peewee.ModelSelect[Identifier]:
        """Return the query for what an account proved, the main ones first."""
        mine = cls.account == account_id
        order = (cls.main_at.desc(nulls="LAST"), cls.id)
        return cls.select().where(mine & (cls.kind << kinds) if kinds else mine).order_by(*order)


class Session(Model):
    """One browser that is signed in. Only the digest of its token is stored.

    `browser_hash` is of the mark that the browser keeps, keyed for this account alone, so that no two accounts can be
    told to share a browser; null where none was asked for, "" where it is to be known no more.
    """

    account_id: int
    account = peewee.ForeignKeyField(Account, backref="sessions")
    digest = peewee.CharField(64, unique=True)
    device = peewee.CharField(120)
    browser_hash = peewee.CharField(80, null=True)
    place = peewee.CharField(120, default="")
    created_at = MomentField(default=clock.now)
    seen_at = MomentField(default=clock.now)
    fresh_until = MomentField()
    ended_at = MomentField(null=True, index=True)

    class Meta:
        table_name = "sessions"
        title = N_("Browsers signed in")
        whose = "account"
        erasure = "delete"


class Challenge(Claimable):
    """A code asked for. The web process writes it unseen; the worker decides whether one is sent."""

    digest = peewee.CharField(64, unique=True)
    account_id: int | None
    account = peewee.ForeignKeyField(Account, null=True)
    kind = peewee.CharField(16)
    address = EncryptedField()
    address_hash = peewee.CharField(80, index=True)
    language = peewee.CharField(8)
    state = peewee.CharField(16, default="asked")
    code_hash = peewee.CharField(80, null=True)
    tries = peewee.IntegerField(default=0)
    onward = peewee.CharField(255, default="")
    age_rule = peewee.CharField(16, null=True)  # only of who signs up
    external_id = EncryptedField(null=True)  # what a signed hand-off proved of whoever asks, "source:number"
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "challenges"
        title = N_("Codes asked for")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"


class Proof(Model):
    """A code on its way to an address that somebody signed in says is theirs; for a row of a system, or to be added.

    `link` is the number of that row among the links of the person; None where the address is to be added.
    """

    account_id: int
    account = peewee.ForeignKeyField(Account)
    kind = peewee.CharField(16)
    address = EncryptedField()
    address_hash = peewee.CharField(80, index=True)
    link = peewee.IntegerField(null=True)
    code_hash = peewee.CharField(80)
    tries = peewee.IntegerField(default=0)
    used_at = MomentField(null=True)
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "proofs"
        title = N_("Codes sent to prove an address")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"


class Alarm(Model):
    """A change that somebody was told of, for as long as they may say that it was not them; then it is undone.

    `what` is a word of notices.messages.CHANGES; `kind` and `address` say what to remove or to put back.
    """

    account_id: int
    account = peewee.ForeignKeyField(Account)
    digest = peewee.CharField(64, unique=True)
    what = peewee.CharField(16)
    kind = peewee.CharField(16, default="")
    address = EncryptedField(null=True)
    address_hash = peewee.CharField(80, default="", index=True)
    proven_at = MomentField(null=True)
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)
    undone_at = MomentField(null=True)

    class Meta:
        table_name = "alarms"
        title = N_("Changes that you were told of")
        whose = "account"
        by_address = "address_hash"
        erasure = "delete"


class Password(Model):
    """The password of somebody who wants one: a hash that names its parameters."""

    account = peewee.ForeignKeyField(Account, unique=True)
    hash = peewee.CharField(255)
    changed_at = MomentField(default=clock.now)

    class Meta:
        table_name = "passwords"
        title = N_("Password")
        whose = "account"
        erasure = "delete"


class BlockedAddress(Model):
    """An address with which nobody may sign up before `until`, as a keyed hash alone (RULES K9); rights stay open."""

    kind = peewee.CharField(16)
    hash = peewee.CharField(80, unique=True)
    case = peewee.CharField(16)
    until = peewee.DateField(index=True)
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "child_blocked_addresses"
        whose = None
        erasure = None
