"""Change the log behind the portal's back, as whoever owns the database can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from portal.kernel import db

TABLES = ("audit_events", "audit_seals")


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the database's guards off the log for a while."""
    if db.is_sqlite():
        found = db.run("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN (?, ?)", *TABLES)
        guards = found.fetchall()
        off, on = [f"DROP TRIGGER {name}" for name, _ in guards], [sql for _, sql in guards]
    else:
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    for statement in off:
        db.run(statement)
    try:
        yield
    finally:
        for statement in on:
            db.run(statement)


def forget_log() -> None:
    """Begin with an empty log."""
    with unguarded():
        for table in TABLES:
            db.run(f"DELETE FROM {table}")
