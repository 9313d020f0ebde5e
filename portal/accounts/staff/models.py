"""Members of the staff, their sessions, second factors and codes; and their looks at the data of a person."""

from __future__ import annotations

import peewee

from portal.accounts.models import Subject
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class StaffAccount(Model):
    """A member of the staff. Without `confirmed_at` the second factor is still to be set, and nobody signs in.

    `totp_counter` is the last time step whose code was taken, so that none is taken twice (RFC 6238 §5.2).
    """

    email = EncryptedField()
    hash = peewee.CharField(80, unique=True)
    name = EncryptedField()
    role = peewee.CharField(16)
    language = peewee.CharField(8)
    totp_secret = EncryptedField(null=True)
    totp_counter = peewee.BigIntegerField(default=0)
    created_at = MomentField(default=clock.now)
    confirmed_at = MomentField(null=True)
    disabled_at = MomentField(null=True)
    deputy_id: int | None
    deputy = peewee.ForeignKeyField("self", null=True, on_delete="SET NULL", backref="+")
    absent_from = peewee.DateField(null=True)
    absent_until = peewee.DateField(null=True)

    class Meta:
        table_name = "staff_accounts"
        whose = None
        erasure = None


class StaffSession(Model):
    """One browser in which a member is signed in, apart from people's sessions. Only a digest is stored."""

    staff_id: int
    staff = peewee.ForeignKeyField(StaffAccount, backref="+", on_delete="CASCADE")
    digest = peewee.CharField(64, unique=True)
    device = peewee.CharField(120)
    place = peewee.CharField(120, default="")
    created_at = MomentField(default=clock.now)
    seen_at = MomentField(default=clock.now)
    fresh_until = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "staff_sessions"
        whose = None
        erasure = None


class StaffChallenge(Claimable):
    """An attempt to sign in. The address typed is kept as hashes only; the worker decides whether a code is sent.

    `state`: asked, then unknown, expired or sent; sent, then proven by the code and used by the second factor.
    """

    digest = peewee.CharField(64, unique=True)
    hashes = JsonField()
    staff_id: int | None
    staff = peewee.ForeignKeyField(StaffAccount, null=True, backref="+", on_delete="CASCADE")
    state = peewee.CharField(16, default="asked")
    code_hash = peewee.CharField(80, null=True)
    tries = peewee.IntegerField(default=0)
    onward = peewee.CharField(255, default="")
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "staff_challenges"
        whose = None
        erasure = None


class StaffEnrolment(Model):
    """A single-use address at which a member sets the second factor, with the secret that is offered there."""

    staff_id: int
    staff = peewee.ForeignKeyField(StaffAccount, unique=True, backref="+", on_delete="CASCADE")
    digest = peewee.CharField(64, unique=True)
    secret = EncryptedField()
    expires_at = MomentField()

    class Meta:
        table_name = "staff_enrolments"
        whose = None
        erasure = None


class RecoveryCode(Model):
    """A code that stands for the second factor once."""

    staff_id: int
    staff = peewee.ForeignKeyField(StaffAccount, backref="+", on_delete="CASCADE")
    hash = peewee.CharField(80)
    used_at = MomentField(null=True)

    class Meta:
        table_name = "staff_recovery_codes"
        whose = None
        erasure = None
        indexes = ((("staff", "hash"), True),)


class StaffLook(Model):
    """A look of a member at the data of a person. `about` names the request or page; it counts for 30 minutes."""

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, backref="+")
    staff = peewee.IntegerField(index=True)
    event = peewee.IntegerField(unique=True)  # the line of the log
    role = peewee.CharField(16)
    reason = peewee.CharField(16)
    words = EncryptedField()
    about = peewee.CharField(64)
    session = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "staff_looks"
        title = N_("Looks of our staff at your data")
        whose = "subject"
        erasure = "delete"
        withheld = ("staff", "session", "words")
        embargo = "event"
        indexes = ((("session", "subject", "about"), False),)


class StaffEmbargo(Model):
    """Until when a look is not shown to its person, and why: an investigation would be warned by it."""

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, backref="+")
    event = peewee.IntegerField(unique=True)
    until = MomentField()
    words = EncryptedField()
    staff = peewee.IntegerField()
    created_at = MomentField(default=clock.now)

    class Meta:
        table_name = "staff_embargoes"
        title = N_("Looks that were shown to you later")
        whose = "subject"
        erasure = "delete"
        withheld = ("staff", "words")
        embargo = "event"
