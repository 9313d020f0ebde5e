"""What is kept of an age asked at sign-up."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import MomentField


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the columns."""
    migrate(
        migrator.add_column("accounts", "age_rule", peewee.CharField(16, null=True)),
        migrator.add_column("accounts", "age_confirmed_at", MomentField(null=True)),
        migrator.add_column("challenges", "age_rule", peewee.CharField(16, null=True)),
    )


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop them."""
    migrate(
        migrator.drop_column("challenges", "age_rule"),
        migrator.drop_column("accounts", "age_confirmed_at"),
        migrator.drop_column("accounts", "age_rule"),
    )
