"""The demo on servers: the same rows on PostgreSQL and MariaDB, and servers that start and end by themselves."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from portal.demo import moving, servers, stage, world
from portal.demo.database import opened
from portal.sources import manifest
from portal.sources.base import Identifier, Person
from portal.sources.registry import connect
from tests.servers.engines import free_port

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(("system", "engine"), [("booking", "postgresql"), ("crm", "mariadb")])
def test_a_system_that_moved_holds_the_same_and_can_be_erased(
    request: pytest.FixtureRequest, small_world: world.World, system: str, engine: str
) -> None:
    url, file = request.getfixturevalue(f"{engine}_url"), small_world.database(system)
    for _ in range(2):  # the second finds everything there
        moving.move(file, world.HERE / f"{system}.sql", url, world.VERSION)
    with closing(sqlite3.connect(file)) as old, opened(url) as new:
        for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            asked = f"SELECT COUNT(*) FROM {table}"
            assert new.all(asked) == [old.execute(asked).fetchone()], table
    environ = {"BOOKING_URL": url, "CRM_URL": url}
    source = connect(manifest.read(stage.HERE / "sources" / f"{system}.toml"), environ)
    assert [str(finding) for finding in source.check() if finding.level == "error"] == []
    who = Identifier("email", small_world.cast["everyday"].email or "")
    [key] = source.find(who)
    person = Person((key,), (who,))
    with source.snapshot(person) as snapshot:
        assert sum(snapshot.counts.values()) > 10
    assert source.erase(person, "R-1").done
    assert source.remaining(person) == {}
    assert source.find(who) == []


def test_another_version_is_laid_anew(small_world: world.World, mariadb_url: str) -> None:
    file, schema = small_world.database("crm"), world.HERE / "crm.sql"
    moving.move(file, schema, mariadb_url, 1)
    with opened(mariadb_url) as crm:
        crm.all("DELETE FROM messages")
    moving.move(file, schema, mariadb_url, 1)
    with opened(mariadb_url) as crm:
        assert crm.all("SELECT COUNT(*) FROM messages") == [(0,)]
    moving.move(file, schema, mariadb_url, 2)
    with opened(mariadb_url) as crm:
        assert crm.all("SELECT COUNT(*) FROM messages")[0][0] > 0


def test_what_a_server_refuses_is_a_value_error_and_nothing_is_written(
    small_world: world.World, postgresql_url: str
) -> None:
    moving.move(small_world.database("booking"), world.HERE / "booking.sql", postgresql_url, 1)
    before = "SELECT COUNT(*) FROM visits"
    with opened(postgresql_url) as booking:
        [(count,)] = booking.all(before)
    with pytest.raises(ValueError, match="visits"):
        _write_what_is_refused(postgresql_url)
    with opened(postgresql_url) as booking:
        assert booking.all(before) == [(count,)]


def test_both_start_on_free_ports_keep_what_is_written_and_end(small_world: world.World) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-demo-") as name:
        state = Path(name)
        (state / "servers").mkdir()
        for begun in (False, True):
            with servers.running(state / "servers", "a-password", free_port) as addresses:
                for url in addresses:
                    assert "@127.0.0.1:" in url
                    with opened(url) as database:
                        if not begun:
                            database.all("CREATE TABLE kept (number integer)")
                            database.all("INSERT INTO kept VALUES (7)")
                        assert database.all("SELECT number FROM kept") == [(7,)]
            assert all(is_over(url) for url in addresses)


def is_over(url: str) -> bool:
    """Tell whether nothing listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) != 0


def _write_what_is_refused(url: str) -> None:
    with opened(url) as booking:
        booking.all("DELETE FROM visits")
        booking.all("INSERT INTO visits (user_id, page, started_at) VALUES (?, '/', '2026-01-01')", 999_999)
