"""Work carried out in this process by the same machinery as in a worker, watched until it is over."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

PATIENCE = 60.0  # seconds in which nothing moves, until the rest is left to the workers
_LOOK = 0.1
_WIDTH = 24  # signs of the bar
_CLEAR = "\r\x1b[K"


@dataclass(frozen=True)
class Seen:
    """How something stands: a word for each system, how many of them have finished, and whether it is over."""

    systems: Mapping[str, str]
    is_over: bool = False
    finished: int = 0


def carried_out(look: Callable[[], Seen], patience: float) -> bool:
    """Carry out what is due until `look` says that it is over, and say on standard error how each system stands.

    False when nothing moved for so long that it is left to the workers: each step is recorded, so nothing is lost.
    """
    over = threading.Event()
    worker = threading.Thread(target=_drain, args=(over,), daemon=True)
    worker.start()
    is_over = False
    try:
        is_over = _watch(look, patience)
        return is_over
    finally:
        over.set()
        worker.join(PATIENCE if is_over else _LOOK)  # what follows at once, such as the last message, is done too


def _watch(look: Callable[[], Seen], patience: float) -> bool:
    shown: dict[str, str] = {}
    moved = time.monotonic()
    while time.monotonic() - moved < patience:
        seen = look()
        for system, word in seen.systems.items():
            if shown.get(system) != word:
                shown[system], moved = word, time.monotonic()
                print(_CLEAR * sys.stderr.isatty() + f"{system}: {word}", file=sys.stderr, flush=True)
        if seen.systems and sys.stderr.isatty():
            end = "\n" if seen.is_over else ""
            print(_CLEAR + bar(seen.finished, len(seen.systems)), end=end, file=sys.stderr, flush=True)
        if seen.is_over:
            return True
        time.sleep(_LOOK)
    return False


def bar(finished: int, of: int) -> str:
    """Return a bar of the systems that have finished, for a terminal."""
    filled = _WIDTH * finished // of
    return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {finished} of {of} systems"


def _drain(over: threading.Event) -> None:
    from portal.kernel import db, work

    try:
        while not over.is_set():
            work.drain()
            over.wait(_LOOK)
    finally:
        db.database.close()
