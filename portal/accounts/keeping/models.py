"""What somebody had typed when they had to prove themselves first."""

from __future__ import annotations

import peewee

from portal.accounts.models import Account
from portal.accounts.staff.models import StaffAccount
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_


class KeptForm(Model):
    """What a person, or a member of the staff, typed on a page and could not send yet."""

    account_id: int | None
    account = peewee.ForeignKeyField(Account, null=True)
    staff_id: int | None
    staff = peewee.ForeignKeyField(StaffAccount, null=True, backref="+", on_delete="CASCADE")
    path = peewee.CharField(255)
    fields = EncryptedField()
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "kept_forms"
        title = N_("What you typed and did not send yet")
        whose = "account"
        withheld = ("staff",)
        erasure = "delete"
        indexes = ((("account", "path"), True), (("staff", "path"), True))
