"""Workers as processes of their own, forked from one that has imported the portal: to start one takes a hundredth.

A worker is the command that operators start, with settings of its own, and can be killed like any process.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "portal.cli", "portal.worker", __name__])


def worker(environ: Mapping[str, str], said: Path) -> ForkServerProcess:
    """Start a worker that does what is due and ends; what it says goes to a file."""
    process = _context.Process(target=_drain, args=(dict(environ), str(said)))
    process.start()
    return process


def _drain(environ: dict[str, str], said: str) -> None:
    from portal.cli import main
    from portal.kernel import failpoints

    os.environ.update(environ)
    importlib.reload(failpoints)  # it has read its settings when it was imported
    with open(said, "a", encoding="utf-8") as out:
        os.dup2(out.fileno(), 2)
    sys.exit(main(["worker", "--drain"]))
