"""After a restored backup: who was erased is erased again, and nobody who merely looks alike."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from portal.deletion import service
from portal.deletion.models import ErasureRecord
from portal.kernel import clock, db
from portal.sources import registry
from portal.sources.base import Identifier
from tests.deletion.conftest import GRACE, Count, Member, Moody, new_member, new_user

SYSTEMS = ("booking", "crm", "whitelabel")


@pytest.fixture
def backup(mai: Member, tmp_path: Path) -> Callable[[], None]:
    """Back the connected systems up while Mai is in them, and return what restores them."""
    copies = {system: tmp_path / f"{system}.backup" for system in SYSTEMS}
    for system, copy in copies.items():
        _copy(mai.portal.systems.database(system), copy)

    def restore() -> None:
        for system, copy in copies.items():
            _copy(copy, mai.portal.systems.database(system))

    return restore


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def erase(mai: Member) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.deletion().state == "erased"


def found(email: str) -> list[str]:
    return [source.id for source in registry.active().all() if source.find(Identifier("email", email))]


def test_whoever_a_backup_brought_back_is_erased_again(mai: Member, backup: Callable[[], None]) -> None:
    erase(mai)
    assert found(mai.email) == []
    backup()
    assert found(mai.email) == list(SYSTEMS)
    replayed = service.replay()
    assert (replayed.records, replayed.erased, replayed.doubtful, replayed.silent) == (
        1,
        dict.fromkeys(SYSTEMS, 1),
        {},
        [],
    )
    assert found(mai.email) == []
    assert "booking: people who had come back and are erased again: 1" in str(replayed)


def test_without_a_backup_there_is_nothing_to_replay(mai: Member) -> None:
    erase(mai)
    replayed = service.replay()
    assert (replayed.records, replayed.erased, replayed.doubtful) == (1, {}, {})


def test_the_copy_beside_the_archives_is_enough(mai: Member, backup: Callable[[], None]) -> None:
    erase(mai)
    backup()
    ErasureRecord.delete().execute()
    assert service.replay().erased == dict.fromkeys(SYSTEMS, 1)
    assert ErasureRecord.select().count() == 1
    assert service.replay().erased == {}


def test_somebody_who_registered_again_is_not_erased(mai: Member, rows: Count) -> None:
    erase(mai)
    new_user(mai.portal, mai.email)
    replayed = service.replay()
    assert (replayed.erased, replayed.doubtful) == ({}, {})
    assert rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", mai.email) == 1


def test_an_old_number_with_a_new_person_is_counted_and_not_erased(mai: Member, rows: Count) -> None:
    number = rows("whitelabel", "SELECT id FROM members WHERE email = ?", mai.email)
    erase(mai)
    new_member(mai.portal, number)
    replayed = service.replay()
    assert (replayed.erased, replayed.doubtful) == ({}, {"whitelabel": 1})
    assert "Look at them by hand" in str(replayed)
    assert rows("whitelabel", "SELECT COUNT(*) FROM members WHERE id = ?", number) == 1


def test_a_system_that_is_down_is_named_and_the_others_are_replayed(
    mai: Member, backup: Callable[[], None], moody: dict[str, Moody]
) -> None:
    erase(mai)
    backup()
    moody["crm"].is_down = True
    replayed = service.replay()
    assert (replayed.erased, replayed.silent) == ({"booking": 1, "whitelabel": 1}, ["crm"])
    moody["crm"].is_down = False
    assert service.replay().erased == {"crm": 1}


@contextmanager
def restored(mai: Member, tmp_path: Path) -> Iterator[None]:
    """Let a block happen, then take the portal's own database back to before it."""
    file, copy = tmp_path / "portal.db", tmp_path / "portal.backup"
    _copy(file, copy)
    yield
    db.database.close()
    shutil.copyfile(copy, file)
    for name in ("portal.db-wal", "portal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_restored_portal_forgets_its_people_again(mai: Member, tmp_path: Path) -> None:
    mai.schedule()
    with restored(mai, tmp_path):
        erase(mai)
    assert registry.active().get(registry.OWN).find(Identifier("email", mai.email))
    assert service.replay().erased == {"portal": 1}
    assert not registry.active().get(registry.OWN).find(Identifier("email", mai.email))
    with clock.later(GRACE):
        mai.portal.drain()
        assert mai.deletion().state == "erased", "what was scheduled in the backup is carried out once more"
