"""What apps hand over."""

from __future__ import annotations

import peewee

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_


class Handoff(Model):
    """A person on the way from an app to this portal; only the digest of the code is stored (RULES W1).

    `given` waits for its code, `asking` for an answer of the person under a token of its own, `used` is over.
    `external_id` is "source:number", `look` how the app draws its pages, `confirmed_at` when it last proved its person.
    """

    account_id: int | None
    account = peewee.ForeignKeyField(Account, null=True)
    digest = peewee.CharField(64, unique=True)
    external_id = EncryptedField()
    external_hash = peewee.CharField(80, index=True)
    email = EncryptedField(null=True)
    page = peewee.CharField(255, default="")
    language = peewee.CharField(8, default="")
    look = peewee.CharField(32, default="")
    confirmed_at = MomentField(null=True)
    confirmed_by = peewee.CharField(16, default="")
    state = peewee.CharField(16, default="given")
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "handoffs"
        title = N_("Ways from an app to this portal")
        whose = "account"
        by_address = "external_hash"
        erasure = "delete"
