"""The worker dies at every place that it passes while places are deleted; whoever takes over ends it, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from portal.kernel import audit, clock, db, failpoints
from portal.kernel.audit import AuditEvent
from portal.location import service
from portal.location.models import Keeping, Removal, RemovalPart
from portal.location.service import keeping, removing
from tests.deletion.conftest import LEASE
from tests.deletion.test_kills import Dying, Killed
from tests.location.conftest import MAI, booking, count, others
from tests.people import Member

# A kill closes what was open; an exception in its place leaves a connection to be collected, and Python says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(params=["embedded"])
def urls(tmp_path: Path) -> dict[str, str]:
    """Keep everything in files of one folder, which can be put back to the start for each kill."""
    folder = tmp_path / "own"
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{tmp_path}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
    }


DieEverywhere = Callable[[timedelta], Iterator[str]]


@pytest.fixture
def die_everywhere(tmp_path: Path, mai: Member, monkeypatch: pytest.MonkeyPatch) -> DieEverywhere:
    """Let the worker die at each place that it passes, and another one take over; yield after each."""
    monkeypatch.setattr(removing, "CHUNK", 15)
    monkeypatch.setattr(keeping, "CHUNK", 3)

    def copy(source: Path, target: Path) -> None:
        db.database.close()
        for name in ("own", "systems"):
            shutil.rmtree(target / name, ignore_errors=True)
            shutil.copytree(source / name, target / name)

    def carry_on(dying: Dying, after: timedelta) -> list[str]:
        monkeypatch.setattr(failpoints, "point", dying.point)
        with clock.later(after):
            mai.portal.drain()
        return dying.passed

    def everywhere(after: timedelta) -> Iterator[str]:
        copy(tmp_path, tmp_path / "eve")
        for at in range(1, len(carry_on(Dying(), after)) + 1):
            copy(tmp_path / "eve", tmp_path)
            dying = Dying(at)
            with suppress(Killed):
                carry_on(dying, after)
            carry_on(Dying(), after + LEASE)
            yield f"died at {at}: {dying.passed[-1]}"

    return everywhere


def events(prefix: str) -> list[str]:
    return [event.name for event in AuditEvent.select() if event.name.startswith(prefix)]


def test_places_go_completely_and_it_is_said_once(mai: Member, die_everywhere: DieEverywhere) -> None:
    before, strangers = count(mai.portal), others(mai.portal)
    service.remove_all(mai.subject)
    deaths = 0
    for where in die_everywhere(timedelta()):
        deaths += 1
        assert (count(mai.portal), others(mai.portal)) == (0, strangers), where
        parts = list(RemovalPart.select())
        assert all(part.done_at for part in parts), where
        assert sum(part.found or 0 for part in parts) == before, where
        assert Removal.get().done_at, where
        assert events("location.") == ["location.removal_asked", *["location.removed"] * len(parts)], where
        assert audit.verify() is None, where
    assert deaths > 12


def test_one_place_goes_and_no_other(mai: Member, die_everywhere: DieEverywhere) -> None:
    before = count(mai.portal)
    service.remove_one(mai.subject, service.listed(mai.subject).places[3].token)
    for where in die_everywhere(timedelta()):
        assert count(mai.portal) == before - 1, where
        assert Removal.get().done_at, where


def test_old_places_go_in_the_night_whoever_dies(mai: Member, die_everywhere: DieEverywhere) -> None:
    for _ in range(8):
        booking(
            mai.portal,
            "INSERT INTO location_points (user_id, recorded_at, lat, lon)"
            f" VALUES (({MAI}), datetime('now', '-150 days'), 1, 1)",
        )
    before = count(mai.portal)
    service.keep(mai.subject, "3", "en")
    for where in die_everywhere(timedelta(days=1)):
        assert count(mai.portal) == before - 8, where
        row = Keeping.get()
        assert row.due_at > clock.now() + timedelta(days=1), where
        assert row.before is None, where
