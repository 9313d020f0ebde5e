"""The worker dies at every place that the code names; whoever takes over ends it, complete and once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.models import Account
from portal.cases.models import Case, CaseEvent
from portal.deletion import service
from portal.deletion.models import Certificate, ErasureRecord
from portal.kernel import audit, clock, db, failpoints
from portal.kernel.audit import AuditEvent
from tests.deletion.conftest import GRACE, LEASE, Count, Member, run
from tests.deletion.test_carrying import PROVEN, certified, everything


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


# A kill closes what was open; an exception in its place leaves a connection to be collected, and Python says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Stage:
    """The files of a portal, put back to where they were for each death."""

    def __init__(self, folder: Path, mai: Member, patched: pytest.MonkeyPatch) -> None:
        self.folder, self.mai, self.patched = folder, mai, patched

    def die_everywhere(self, after: timedelta) -> Iterator[str]:
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
            self.mai.portal.drain()
            self.mai.portal.drain()
        return dying.passed

    def _copy(self, source: str, target: str) -> None:
        db.database.close()
        folders = {"now": self.folder, "eve": self.folder / "eve"}
        for name in ("own", "systems", "mailbox"):
            shutil.rmtree(folders[target] / name, ignore_errors=True)
            shutil.copytree(folders[source] / name, folders[target] / name)


@pytest.fixture
def stage(tmp_path: Path, mai: Member, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The eve of a deletion."""
    mai.schedule()
    mai.portal.drain()
    return Stage(tmp_path, mai, monkeypatch)


def test_a_worker_may_die_at_any_place_and_the_next_one_ends_it(stage: Stage) -> None:
    counts = []
    for where in stage.die_everywhere(GRACE):
        check(stage.mai, where)
        counts.append({system: tables for system, tables in certified(stage.mai).items() if system != "portal"})
    assert len(counts) > 80
    assert all(found == counts[0] for found in counts)


def test_a_look_may_die_at_any_place_and_is_taken_again(stage: Stage) -> None:
    with clock.later(GRACE):
        stage.mai.portal.drain()
    for where in stage.die_everywhere(GRACE + timedelta(days=7)):
        assert stage.mai.deletion().state in ("erased", "done"), where
        assert Certificate.get().looked_at, where
        check(stage.mai, where)


def test_a_reminder_survives_every_death_and_is_sent_once(stage: Stage) -> None:
    for where in stage.die_everywhere(GRACE - timedelta(days=3)):
        assert stage.mai.deletion().state == "scheduled", where
        assert len([mail for mail in stage.mai.portal.mails() if "Reminder" in mail["Subject"]]) == 1, where


def test_a_part_whose_worker_dies_at_any_place_ends_complete_and_touches_nothing_else(
    tmp_path: Path, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.schedule(mai.subject, "en", service.Scope("booking", "bookings"))
    mai.portal.drain()
    stage, counts = Stage(tmp_path, mai, monkeypatch), []
    before = {system: everything(mai.portal, system) for system in ("booking", "crm", "whitelabel")}
    for where in stage.die_everywhere(timedelta(days=3, minutes=1)):
        assert (mai.deletion().state, mai.states()) == ("done", {"booking": "proven"}), where
        after = {system: everything(mai.portal, system) for system in before}
        changed = {name for system in before for name in before[system] if before[system][name] != after[system][name]}
        assert changed <= {"bookings", "booking_guests", "payments"}, where
        assert Certificate.select().count() == ErasureRecord.select().count() == Account.select().count() == 1, where
        audit.seal()
        assert audit.verify().is_whole, where
        assert len([mail for mail in mai.portal.mails() if "is deleted" in mail["Subject"]]) == 1, where
        counts.append(certified(mai)["booking"])
    assert len(counts) > 30
    assert all(found == counts[0] for found in counts)


def test_what_a_stop_does_not_concern_goes_once_whatever_dies_and_staff_are_asked_once(
    stage: Stage, rows: Count
) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", stage.mai.email)
    opened = "UPDATE payments SET dispute = 'open' WHERE id = (SELECT min(id) FROM payments WHERE user_id = ?)"
    run(stage.mai.portal, "booking", opened, user)
    for where in stage.die_everywhere(timedelta(days=21)):
        held = {"booking": "held", "crm": "proven", "whitelabel": "proven", "portal": "counted"}
        assert (stage.mai.deletion().state, stage.mai.states()) == ("erasing", held), where
        assert Case.select().where(Case.kind == "inquiry").count() == 1, where
        assert not rows("booking", "SELECT COUNT(*) FROM bookings WHERE user_id = ?", user), where
        assert rows("booking", "SELECT COUNT(*) FROM payments WHERE user_id = ?", user), where


def check(mai: Member, where: str) -> None:
    """Look whether everything was done, and every step of ours once."""
    assert mai.deletion().state in ("erased", "done"), where
    assert mai.states() == PROVEN, where
    assert Certificate.select().count() == ErasureRecord.select().count() == 1, where
    names = [event.name for event in CaseEvent.select().where(CaseEvent.case == mai.deletion().case)]
    assert len(names) == len(set(names)) == 5, where
    done = [event.name for event in AuditEvent.select() if event.name.startswith("deletion.")]
    once = ["deletion.asked", "deletion.began", *["deletion.proven"] * 3, "deletion.finished"]
    assert [name for name in done if name != "deletion.looked_at"] == once, where
    audit.seal()
    assert audit.verify().is_whole, where
    assert len([mail for mail in mai.portal.mails() if "is deleted" in mail["Subject"]]) == 1, where
    beside = Path(mai.portal.config.archives_url.removeprefix("file://")) / "erasures"
    assert [path.suffix for path in beside.iterdir()] == [".json"], where
