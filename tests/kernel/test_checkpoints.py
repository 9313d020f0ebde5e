"""The log of SQLite is carried into its file beside whoever writes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from portal.kernel import checkpoints


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some place" / "portal.db"


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as database:
        database.executescript("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE said (what)")
        yield database


def say(writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO said VALUES (?)", ("x" * 100_000,))
    writer.commit()


def test_what_was_committed_reaches_the_file_though_nobody_commits_again(
    file: Path, writer: sqlite3.Connection
) -> None:
    say(writer)
    assert file.stat().st_size < 100_000
    checkpoints.start(f"sqlite:///{str(file).replace(' ', '%20')}")
    until = time.monotonic() + 20
    while file.stat().st_size < 100_000:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_a_reader_still_needs_stays_in_the_log_until_it_has_read(file: Path, writer: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(file)) as reader, closing(sqlite3.connect(file)) as keeper:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM said").fetchone() == (0,)
        say(writer)
        before = checkpoints.carry(keeper)
        assert reader.execute("SELECT count(*) FROM said").fetchone() == (0,)
        reader.rollback()
        assert checkpoints.carry(keeper) > before


def test_postgresql_keeps_its_own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.Thread", lambda **_: pytest.fail("a thread was begun"))
    checkpoints.start("postgresql://localhost/portal")
