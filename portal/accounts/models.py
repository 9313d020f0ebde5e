"""Accounts, the addresses that somebody proved, their sessions and the codes that prove them."""

from __future__ import annotations

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Account(Model):
    """Somebody who signed in once."""

    created_at = MomentField(default=clock.now)
    language = peewee.CharField(8, null=True)
    age_rule = peewee.CharField(16, null=True)  # what was asked at sign-up: country and age, and no date of birth
    age_confirmed_at = MomentField(null=True)

    class Meta:
        table_name = "accounts"
        title = N_("Account of this portal")
        whose = "account"
        erasure = "delete"


class Identifier(Claimable):
    """An e-mail address or phone number that its holder proved; due while systems have still to be asked about it."""

    account_id: int
    account = peewee.ForeignKeyField(Account, backref="identifiers")
    kind = peewee.CharField(16)
    value = EncryptedField()
    hash = peewee.CharField(80)
    proven_at = MomentField(default=clock.now)

    class Meta:
        table_name = "identifiers"
        title = N_("Proven addresses")
        whose = "account"
        erasure = "delete"
        indexes = ((("kind", "hash"), True),)


class Session(Model):
    """One browser that is signed in. Only the digest of its token is stored."""

    account = peewee.ForeignKeyField(Account, backref="sessions")
    digest = peewee.CharField(64, unique=True)
    device = peewee.CharField(120)
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
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "challenges"
        title = N_("Codes asked for")
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
