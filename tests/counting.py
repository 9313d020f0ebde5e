"""Count what is asked of the portal's own database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from portal.kernel import db
from portal.policies import service as policies


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, tuple):  # else it tells of the pool
            self.statements.append(str(record.msg[0]))


@contextmanager
def queries() -> Iterator[list[str]]:
    """Collect the statements of a block, in every thread; transactions are not among them.

    What a process asks twice a minute, whoever is served, is asked before.
    """
    if "policy_versions" in db.database.obj.get_tables():
        policies.asked()
    keeper, log = _Keeper(), logging.getLogger("peewee")
    before, log.propagate = (log.level, log.propagate), False
    log.setLevel(logging.DEBUG)
    log.addHandler(keeper)
    try:
        yield keeper.statements
    finally:
        log.removeHandler(keeper)
        log.setLevel(before[0])
        log.propagate = before[1]


@dataclass
class Transaction:
    """How many statements one transaction of ours had, and how many rows the largest of them wrote."""

    statements: int = 0
    rows: int = 0


class _Present(threading.local):
    one: Transaction | None = None


@contextmanager
def transactions() -> Iterator[list[Transaction]]:
    """Collect the transactions of ours that a block commits, in every thread."""
    seen: list[Transaction] = []
    present, opened = _Present(), db.database.obj
    execute, commit = opened._execute_cursor, opened.commit

    def executed(*asked: Any) -> Any:
        cursor = execute(*asked)
        if opened.in_transaction():
            present.one = present.one or Transaction()
            present.one.statements += 1
            present.one.rows = max(present.one.rows, cursor.rowcount)
        return cursor

    def committed() -> None:
        commit()
        if present.one is not None:
            seen.append(present.one)
        present.one = None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(opened, "_execute_cursor", executed)
        patched.setattr(opened, "commit", committed)
        yield seen
