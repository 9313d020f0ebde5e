"""Work that takes long says once a second how far it is, and so keeps its lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from portal.kernel import clock

EVERY = timedelta(seconds=1)


def at_most_often(act: Callable[[int], None]) -> Callable[[int], None]:
    """Return what does it once a second however often it is called: a short transaction each, which renews the lease.

    By it a worker notices within a second that the person stopped the copy, or that another one took over.
    """
    due = clock.now() + EVERY

    def tick(rows: int = 0) -> None:
        nonlocal due
        if clock.now() >= due:
            act(rows)
            due = clock.now() + EVERY

    return tick
