"""What is kept of messages for the inbox of whoever they went to; what was sent before counts as read."""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator

from portal.kernel.db import is_sqlite


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Add it, with indexes for what every page asks: how many are new, and which version was read of."""
    sealed = "BLOB" if is_sqlite() else "BYTEA"
    for name, kind in (("masked", sealed), ("kept", sealed), ("read_at", "TIMESTAMPTZ")):
        db.execute_sql(f"ALTER TABLE messages ADD COLUMN {name} {kind}")
    db.execute_sql("UPDATE messages SET read_at = created_at")
    db.execute_sql("CREATE INDEX messages_unread ON messages (account) WHERE read_at IS NULL")
    db.execute_sql("CREATE INDEX messages_policies ON messages (account) WHERE kind = 'policy_changes'")


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Drop it."""
    db.execute_sql("DROP INDEX messages_policies")
    db.execute_sql("DROP INDEX messages_unread")
    for name in ("read_at", "kept", "masked"):
        db.execute_sql(f"ALTER TABLE messages DROP COLUMN {name}")
