"""What keeps a system from being erased, and what a look through its texts found."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator, migrate

from portal.kernel.db import JsonField


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add them."""
    for name in ("trouble", "mentions"):
        migrate(migrator.add_column("deletion_targets", name, JsonField(null=True)))


def down(migrator: SchemaMigrator, db: Any) -> None:
    """A deletion that was about to be proven is read once more by the version before."""
    db.execute_sql("UPDATE deletion_targets SET state = 'erased' WHERE state IN ('read', 'found')")
    for name in ("trouble", "mentions"):
        migrate(migrator.drop_column("deletion_targets", name))
