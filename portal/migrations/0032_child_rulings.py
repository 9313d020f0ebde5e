"""What two of the staff agreed on about a child's account beside the outcome."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import JsonField


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add the terms of a ruling."""
    migrate(migrator.add_column("child_rulings", "terms", JsonField(null=True)))


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Take them back."""
    migrate(migrator.drop_column("child_rulings", "terms"))
