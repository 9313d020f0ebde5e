"""An address that takes the place of another in the systems: what it needs meanwhile, and how it is undone."""

from __future__ import annotations

from typing import Any

import peewee
from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.crypto import EncryptedField


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make the columns."""
    migrate(
        migrator.add_column("identifiers", "moves_to", peewee.IntegerField(null=True)),
        migrator.add_column("corrections", "identifier", peewee.IntegerField(null=True)),
        migrator.add_column("corrections", "alarm", peewee.IntegerField(null=True)),
        migrator.add_column("correction_parts", "keys_there", EncryptedField(null=True)),
    )


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them away."""
    migrate(
        migrator.drop_column("correction_parts", "keys_there"),
        migrator.drop_column("corrections", "alarm"),
        migrator.drop_column("corrections", "identifier"),
        migrator.drop_column("identifiers", "moves_to"),
    )
