"""Deaths of a worker in one process: at each place that the code names it dies, and another one takes over.

A module that lets workers die says `pytestmark = DYING`: all state lies in files of one folder, which are put back to
where they were for each death.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from portal.kernel import clock, db, failpoints
from tests.conftest import Portal

DYING = [
    pytest.mark.parametrize("urls", ["one folder"], indirect=True),
    # A kill closes what was open; an exception in its place leaves a connection to be collected, and Python says so.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
LEASE = timedelta(seconds=10)  # after it somebody else may take over
KEPT = ("own", "systems", "mailbox")


class Killed(BaseException):
    """What a kill is to the code: nothing that it may catch."""


class Dying:
    """Dies at the nth place passed, once; at none without a number."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.passed = at, list[str]()

    def point(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            raise Killed(name)


class Stage:
    """The files of a portal and its systems, put back to where they were for each death."""

    def __init__(self, folder: Path, portal: Portal, patched: pytest.MonkeyPatch) -> None:
        self.folder, self.portal, self.patched = folder, portal, patched

    def die_everywhere(self, after: timedelta = timedelta()) -> Iterator[str]:
        """Let the worker die at each place that it passes then, and another one take over; yield after each."""
        self._copy("now", "eve")
        for at in range(1, len(self.work(Dying(), after)) + 1):
            self._copy("eve", "now")
            dying = Dying(at)
            with suppress(Killed):
                self.work(dying, after)
            self.work(Dying(), after + LEASE)
            yield f"died at {at}: {dying.passed[-1]}"

    def die_in(self, act: Callable[[], object]) -> Iterator[str]:
        """Let an act die at each place that it passes, and a worker come after it; yield after each, and once whole."""
        self._copy("now", "eve")
        for at in count(1):
            self._copy("eve", "now")
            dying = Dying(at)
            self.patched.setattr(failpoints, "point", dying.point)
            with suppress(Killed):
                act()
            self.work(Dying(), LEASE)
            yield f"died at {at}"
            if len(dying.passed) < at:
                return

    def work(self, dying: Dying, after: timedelta = timedelta()) -> list[str]:
        """Let a worker do what is due then; return the places it passed."""
        self.patched.setattr(failpoints, "point", dying.point)
        with clock.later(after):
            self.portal.drain()
            self.portal.drain()
        self.patched.setattr(failpoints, "point", Dying().point)
        return dying.passed

    def _copy(self, source: str, target: str) -> None:
        db.database.close()
        folders = {"now": self.folder, "eve": self.folder / "eve"}
        for name in KEPT:
            shutil.rmtree(folders[target] / name, ignore_errors=True)
            if (folders[source] / name).exists():
                shutil.copytree(folders[source] / name, folders[target] / name)
