"""The ways to a person by row and by address, shorter: a hash comes first, for its signs tell nearly all apart at once.

Rows that wait for a proof, or that a number alone led to, name nobody to programs, so they are left out.
"""

from __future__ import annotations

from typing import Any

from playhouse.migrate import SchemaMigrator

_NEW = {
    "links_by_key": """links (key_hash, source, subject_id)
        WHERE state = 'claimed' OR (state = 'linked' AND proven_by <> 'phone')""",
    "identifiers_by_hash": "identifiers (hash, kind, account_id)",
}
_OLD = {
    "links_by_key": "links (source, key_hash, state, proven_by, subject_id)",
    "identifiers_by_hash": "identifiers (kind, hash, account_id)",
}


def up(migrator: SchemaMigrator, db: Any) -> None:
    """Make them anew."""
    _make(db, _NEW)


def down(migrator: SchemaMigrator, db: Any) -> None:
    """Make them as they were."""
    _make(db, _OLD)


def _make(db: Any, indexes: dict[str, str]) -> None:
    for name, columns in indexes.items():
        db.execute_sql(f"DROP INDEX {name}")
        db.execute_sql(f"CREATE INDEX {name} ON {columns}")
