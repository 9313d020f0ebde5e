"""The worker dies at every place that the code names, making a chosen copy or erasing one; the next one ends it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from portal.cases.models import CaseEvent
from portal.download import files, service
from portal.download.choice import Choice
from portal.download.models import Download, Part
from portal.kernel import clock, db, failpoints
from portal.kernel.audit import AuditEvent
from portal.notices.models import Message
from tests.browse import Client
from tests.conftest import Portal
from tests.download.conftest import Member, read, unpacked

LEASE = timedelta(seconds=10)
CHOSEN = {"booking": ("bookings",), "whitelabel": ("check_ins",), "portal": ("cases",)}
# A kill closes what was open; an exception in its place leaves a connection to be collected, and Python says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Killed(BaseException):
    """What a kill is to the code: nothing that it may catch."""


class Dying:
    """Dies at the nth place passed, once."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.passed = at, list[str]()

    def point(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            raise Killed(name)


@pytest.fixture(params=["embedded"])
def urls(tmp_path: Path) -> dict[str, str]:
    """Keep everything in files of one folder, which can be put back to the start for each kill."""
    folder = tmp_path / "own"
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{tmp_path}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
    }


class Stage:
    """The files of a portal, put back to where they were for each death."""

    def __init__(self, folder: Path, portal: Portal, patched: pytest.MonkeyPatch) -> None:
        self.folder, self.portal, self.patched = folder, portal, patched

    def die_everywhere(self, after: timedelta = timedelta(0)) -> Iterator[str]:
        """Let the worker die at each place that it passes then, and another one take over; yield after each."""
        self._copy("now", "eve")
        for at in range(1, len(self._work(Dying(), after)) + 1):
            self._copy("eve", "now")
            dying = Dying(at)
            with suppress(Killed):
                self._work(dying, after)
            self._work(Dying(), after + LEASE)
            yield f"died at {at}: {dying.passed[-1]}"

    def _work(self, dying: Dying, after: timedelta) -> list[str]:
        self.patched.setattr(failpoints, "point", dying.point)
        with clock.later(after):
            self.portal.drain()
            self.portal.drain()
        self.patched.setattr(failpoints, "point", Dying().point)
        return dying.passed

    def _copy(self, source: str, target: str) -> None:
        db.database.close()
        folders = {"now": self.folder, "eve": self.folder / "eve"}
        for name in ("own", "mailbox"):
            shutil.rmtree(folders[target] / name, ignore_errors=True)
            if (folders[source] / name).exists():
                shutil.copytree(folders[source] / name, folders[target] / name)


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, portal, monkeypatch)


def test_a_chosen_copy_whose_maker_dies_anywhere_ends_whole_and_once(stage: Stage, mai: Member) -> None:
    asked = service.ask(mai.subject, "en", Choice(tables=CHOSEN))
    places = 0
    for where in stage.die_everywhere():
        places += 1
        made = mai.now(asked)
        assert made.state == "ready", where
        archive = unpacked(made)
        assert archive.testzip() is None, where
        told = {(one["source"], one["table"]) for one in read(archive, "manifest.json")["files"] if "table" in one}
        assert told == {(source, table) for source, tables in CHOSEN.items() for table in tables}, where
        held = {made.file, *(part.file for part in Part.select().where(Part.download == made))}
        assert set(files.all_names()) == held, where
        assert Message.select().where(Message.kind == "download_ready").count() == 1, where
        names = [event.name for event in CaseEvent.select().where(CaseEvent.case == made.case)]
        assert len(names) == len(set(names)), where
    assert places > 25


@pytest.mark.parametrize("to", ["cancelled", "disabled"])
def test_a_stopped_copy_whose_eraser_dies_anywhere_leaves_no_file(
    stage: Stage, mai: Member, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = mai.ask() if to == "cancelled" else mai.copy()
    if to == "cancelled":
        files.store().write(files.name(asked.case.reference, 1), [b"half"])
    with monkeypatch.context() as broken:
        broken.setattr(files, "erase", lambda *_: (_ for _ in ()).throw(OSError("gone away")))
        (service.cancel if to == "cancelled" else service.disable)(asked)
    assert files.all_names() != []
    places = 0
    for where in stage.die_everywhere():
        places += 1
        assert files.all_names() == [], where
        assert mai.now(asked).state == to, where
        assert mai.now(asked).due_at is None, where
    assert places >= 4


def test_whoever_stops_it_may_die_at_any_place_and_it_is_stopped_or_not_at_all(stage: Stage, mai: Member) -> None:
    made = mai.copy()
    stage._copy("now", "eve")
    for at in range(1, 20):
        stage._copy("eve", "now")
        dying = Dying(at)
        stage.patched.setattr(failpoints, "point", dying.point)
        with suppress(Killed):
            service.disable(Download.get_by_id(made.id))
        stage._work(Dying(), LEASE)
        now = mai.now(made)
        logged = AuditEvent.select().where(AuditEvent.name == "download.disabled").count()
        assert (now.state, logged) in {("ready", 0), ("disabled", 1)}, at
        assert bool(files.all_names()) == (now.state == "ready"), at
        if len(dying.passed) < at:
            break
    assert at > 5


def test_a_fetch_that_dies_anywhere_is_told_once_or_not_yet(stage: Stage, mai: Member) -> None:
    made = mai.copy()
    address = f"/archives/{service.ticket(made)}"
    anybody = Client(stage.portal.app, stage.portal.app.response_class, use_cookies=False)
    stage._copy("now", "eve")
    for at in range(1, 20):
        stage._copy("eve", "now")
        dying = Dying(at)
        stage.patched.setattr(failpoints, "point", dying.point)
        with suppress(Killed):
            anybody.get(address)
        stage._work(Dying(), LEASE)
        anybody.get(address)
        stage._work(Dying(), LEASE)
        assert Message.select().where(Message.kind == "download_fetched", Message.state == "sent").count() == 1, at
        if len(dying.passed) < at:
            break
