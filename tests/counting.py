"""Count what is asked of the portal's own database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, tuple):  # else it tells of the pool
            self.statements.append(str(record.msg[0]))


@contextmanager
def queries() -> Iterator[list[str]]:
    """Collect the statements of a block, in every thread; transactions are not among them."""
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
