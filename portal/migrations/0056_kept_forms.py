"""What members of the staff typed lies with what people typed: one table for what waits for a proof."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.crypto import EncryptedField
from portal.kernel.db import MomentField

LIFE = timedelta(hours=12)


class Frozen(peewee.Model):
    class Meta:
        legacy_table_names = False


class StaffAccount(Frozen):
    id = peewee.AutoField()

    class Meta:
        table_name = "staff_accounts"


class StaffKept(Frozen):
    staff_id: int
    staff = peewee.ForeignKeyField(StaffAccount, unique=True, backref="+", on_delete="CASCADE")
    typed = EncryptedField()
    at = MomentField()

    class Meta:
        table_name = "staff_kept"


class KeptForm(Frozen):
    account_id = peewee.IntegerField(null=True)
    staff_id = peewee.IntegerField(null=True)
    path = peewee.CharField(255)
    fields = EncryptedField()
    created_at = MomentField()
    expires_at = MomentField()

    class Meta:
        table_name = "kept_forms"


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add whose it is, move what lies there, and drop the second table."""
    column = peewee.ForeignKeyField(StaffAccount, field=StaffAccount.id, null=True, on_delete="CASCADE")
    migrate(
        migrator.drop_not_null("kept_forms", "account_id"),
        migrator.add_column("kept_forms", "staff_id", column),
        migrator.add_index("kept_forms", ("staff_id", "path"), unique=True),
    )
    with db.bind_ctx([StaffKept, KeptForm]):
        for row in StaffKept.select():
            _move(row)
        db.drop_tables([StaffKept], safe=False)


def _move(row: StaffKept) -> None:
    path, fields = json.loads(row.typed)
    if len(path) <= KeptForm.path.max_length:
        until = row.at + LIFE
        KeptForm.create(
            staff_id=row.staff_id, path=path, fields=json.dumps(fields), created_at=row.at, expires_at=until
        )


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take it apart again; what members typed has to be typed anew."""
    with db.bind_ctx([StaffKept, KeptForm]):
        KeptForm.delete().where(KeptForm.account_id.is_null()).execute()
        db.create_tables([StaffKept], safe=False)
    migrate(
        migrator.drop_index("kept_forms", "kept_forms_staff_id_path"),
        migrator.drop_index("kept_forms", "kept_forms_staff_id"),
        migrator.drop_column("kept_forms", "staff_id"),
        migrator.add_not_null("kept_forms", "account_id"),
    )
