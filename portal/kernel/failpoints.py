"""Named places where a process may die: around every commit and every call that leaves the process.

In production a point costs one comparison. Under `PORTAL_FAILPOINTS_LOG=file` each point passed is appended to the
file; under `PORTAL_FAILPOINTS_KILL=k` the process kills itself at the k-th. So the code lists its own places to die.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_log = os.environ.get("PORTAL_FAILPOINTS_LOG", "")
_kill_at = int(os.environ.get("PORTAL_FAILPOINTS_KILL", "0"))
_armed = bool(_log or _kill_at)
_passed = 0


def point(name: str) -> None:
    """Pass a named place; names hold no personal data."""
    if _armed:
        _pass(name)


def _pass(name: str) -> None:
    global _passed
    _passed += 1
    if _log:
        with Path(_log).open("a", encoding="utf-8") as log:
            log.write(name + "\n")
    if _passed == _kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
