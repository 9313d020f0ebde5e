"""What goes wrong in a system is told apart: passing or permanent, with a cause and without anybody's data."""

import sqlite3
import time
import tomllib

import pytest

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Identifier
from portal.sources.manifest import parse
from portal.sources.registry import connect
from portal.sources.sql.sqlite import Sqlite
from tests.servers.engines import free_port
from tests.sources.world import ANH, MANIFEST, World

SOMEBODY = Identifier("email", "anh.nguyen@example.com")


def refused(world: World, toml: str = MANIFEST) -> SourceUnavailable:
    """The refusal of an erasure, after which nothing has changed."""
    before = world.all()
    with pytest.raises(SourceUnavailable) as caught:
        world.connected(toml).erase(ANH, "R-1")
    assert world.all() == before
    return caught.value


def test_a_value_that_must_differ_is_refused_and_not_told(world: World) -> None:
    world.run("UPDATE users SET code = 'taken-by-binh' WHERE id = 2")
    problem = refused(world, MANIFEST.replace("text:c-{key}-gone", "text:taken-by-binh"))
    assert problem.permanent
    assert "taken" not in str(problem.facts)
    assert problem.facts["source"] == "Booking App"


def test_rows_that_others_hold_back_are_refused_by_name(world: World) -> None:
    world.run("CREATE TABLE keycards (id bigint PRIMARY KEY, booking bigint REFERENCES bookings (id))")
    world.run("INSERT INTO keycards VALUES (1, 11)")
    if world.engine == "mysql":  # it passes over a reference written beside its column
        world.run("ALTER TABLE keycards ADD FOREIGN KEY (booking) REFERENCES bookings (id)")
    problem = refused(world)
    assert problem.permanent
    assert "foreign key" in str(problem.facts["detail"]).lower()


def test_a_name_that_is_not_there_is_permanent_until_it_comes(world: World) -> None:
    source = world.connected(
        MANIFEST.replace("columns.pin = {", 'columns.nickname = { erase = "null" }\ncolumns.pin = {')
    )
    with pytest.raises(SourceUnavailable) as caught:
        source.erase(ANH, "R-1")
    assert caught.value.permanent
    assert "nickname" in str(caught.value.facts["detail"])
    world.run("ALTER TABLE users ADD COLUMN nickname varchar(20)")
    assert source.erase(ANH, "R-1").done


def test_a_null_where_none_may_be_is_refused(world: World) -> None:
    assert refused(
        world, MANIFEST.replace('columns.city = { erase = "empty" }', 'columns.city = { erase = "null" }')
    ).permanent


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql://x@127.0.0.1:{port}/x", "mysql://x@127.0.0.1:{port}/x"]
)
def test_a_system_that_is_down_says_so_soon_and_may_come_back(url: str) -> None:
    down = connect(parse(tomllib.loads(MANIFEST), "a.toml"), {"BOOKING_URL": url.format(port=free_port())})
    started = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        down.find(SOMEBODY)
    assert not caught.value.permanent
    assert time.monotonic() - started < 4


def test_a_writer_in_the_way_passes(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sqlite, "patience", 0.05)
    with sqlite_world.opened() as other:
        other.execute("BEGIN IMMEDIATE")
        assert not refused(sqlite_world).permanent
    assert sqlite_world.source.erase(ANH, "R-1").done


def test_a_reader_in_the_way_of_compacting_passes(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sqlite, "patience", 0.05)
    sqlite_world.run("PRAGMA journal_mode = WAL")
    with sqlite_world.source.snapshot(ANH):
        sqlite_world.source.erase(ANH, "R-1")
        with pytest.raises(SourceUnavailable) as caught:
            sqlite_world.source.compact()
    assert not caught.value.permanent
    sqlite_world.source.compact()


def test_a_file_that_is_no_database_is_permanent(sqlite_world: World) -> None:
    file = sqlite_world.url.removeprefix("sqlite:///")
    with open(file, "wb") as torn:
        torn.write(b"something else altogether" * 100)
    with pytest.raises(SourceUnavailable) as caught:
        sqlite_world.source.find(SOMEBODY)
    assert caught.value.permanent
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)


@pytest.mark.servers
def test_a_cut_connection_passes_and_changes_nothing(postgresql_url: str) -> None:
    world = World(postgresql_url)
    world.build()
    world.run(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'"
    )
    world.run("CREATE TRIGGER cut BEFORE UPDATE ON users EXECUTE FUNCTION cut()")
    assert not refused(world).permanent


def test_a_state_without_a_value_is_refused(world: World) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        world.source.prefer(ANH, {"marketing.events.email": "off", "location.level": "sideways"})
    assert caught.value.permanent
    assert caught.value.facts["detail"] == "preference location.level has no value for the state sideways"
    assert world.source.stored(ANH) == {"marketing.events.email": "on", "location.level": "precise"}
