"""Numbered scripts with frozen models, up and down; two processes that migrate at once take turns."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from portal.kernel.db import database, is_sqlite

FOLDER = Path(__file__).parent
_LOCK = 7_201_902  # any number, the same in every process


def up() -> list[str]:
    """Apply what is pending to the connected database; return the names."""
    with _alone():
        return list(_runner().up())


def down(target: str) -> list[str]:
    """Take back everything down to and including one migration; return the names."""
    with _alone():
        return list(_runner().down(target))


def pending() -> list[str]:
    """Return the names of migrations that have still to be applied."""
    return [step.name for step in _runner().status() if not step.applied]


def _runner() -> Runner:
    return Runner(database.obj, str(FOLDER))


@contextmanager
def _alone() -> Iterator[None]:
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        return
    file = Path(database.obj.database)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.with_name(file.name + ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
