"""The worker dies at every place that it passes while places are deleted; whoever takes over ends it, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from portal.location import service
from portal.location.models import Keeping, Removal, RemovalPart
from portal.location.service import keeping, removing
from tests.conftest import Portal
from tests.dying import DYING, Stage
from tests.location.conftest import MAI, booking, count, others
from tests.people import Member

pytestmark = DYING


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The files of the portal and its systems; places go in small chunks."""
    monkeypatch.setattr(removing, "CHUNK", 15)
    monkeypatch.setattr(keeping, "CHUNK", 3)
    return Stage(tmp_path, portal, monkeypatch)


def events(prefix: str) -> list[str]:
    return [event.name for event in AuditEvent.select() if event.name.startswith(prefix)]


def test_places_go_completely_and_it_is_said_once(mai: Member, stage: Stage) -> None:
    before, strangers = count(mai.portal), others(mai.portal)
    service.remove_all(mai.subject)
    deaths = 0
    for where in stage.die_everywhere():
        deaths += 1
        assert (count(mai.portal), others(mai.portal)) == (0, strangers), where
        parts = list(RemovalPart.select())
        assert all(part.done_at for part in parts), where
        assert sum(part.found or 0 for part in parts) == before, where
        assert Removal.get().done_at, where
        assert events("location.") == ["location.removal_asked", *["location.removed"] * len(parts)], where
        audit.seal()
        assert audit.verify().is_whole, where
    assert deaths > 12


def test_one_place_goes_and_no_other(mai: Member, stage: Stage) -> None:
    before = count(mai.portal)
    service.remove_one(mai.subject, service.listed(mai.subject).places[3].token)
    for where in stage.die_everywhere():
        assert count(mai.portal) == before - 1, where
        assert Removal.get().done_at, where


def test_old_places_go_in_the_night_whoever_dies(mai: Member, stage: Stage) -> None:
    for _ in range(8):
        booking(
            mai.portal,
            "INSERT INTO location_points (user_id, recorded_at, lat, lon)"
            f" VALUES (({MAI}), datetime('now', '-150 days'), 1, 1)",
        )
    before = count(mai.portal)
    service.keep(mai.subject, "3", "en")
    for where in stage.die_everywhere(timedelta(days=1)):
        assert count(mai.portal) == before - 8, where
        row = Keeping.get()
        assert row.due_at > clock.now() + timedelta(days=1), where
        assert row.before is None, where
