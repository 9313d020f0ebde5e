"""What goes wrong while somebody is erased, brought about for real on each engine, and made good afterwards."""

import secrets
import socket
import sqlite3
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pymysql
import pytest

from portal.kernel import failpoints
from portal.kernel.problems import SourceUnavailable
from portal.sources import manifest
from portal.sources.base import Source
from portal.sources.registry import connect
from portal.sources.sql.sqlite import Sqlite
from tests.sources.test_faults import SOMEBODY, refused
from tests.sources.world import ANH, MANIFEST, World

servers = pytest.mark.parametrize(
    "world", [pytest.param(name, marks=pytest.mark.servers) for name in ("postgresql", "mariadb")], indirect=True
)


@contextmanager
def login(world: World, rights: str) -> Iterator[str]:
    """The address of the database by a login with some rights on every table."""
    name = f"portal_{secrets.token_hex(4)}"
    who = name if world.engine == "postgresql" else f"'{name}'@'%'"
    world.run(f"CREATE USER {who}")
    if world.engine == "postgresql":
        [(schema,)] = world.run("SELECT current_schema()")
        world.run(f"GRANT USAGE ON SCHEMA {schema} TO {who}")
        world.run(f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {who}")
    else:
        world.run(f"GRANT {rights} ON {database(world)}.* TO {who}")
    try:
        yield world.url.replace("postgres@", f"{name}@").replace("root@", f"{name}@")
    finally:
        if world.engine == "postgresql":
            world.run(f"DROP OWNED BY {who}")
        world.run(f"DROP USER {who}")


def database(world: World) -> str:
    return world.url.rpartition("/")[2]


def at(url: str, toml: str = MANIFEST, **more: str) -> Source:
    text = toml.replace("{false}", "false" if url.startswith("postgresql") else "0")
    return connect(manifest.parse(tomllib.loads(text), "booking.toml"), {"BOOKING_URL": url, **more})


def refusal(world: World, source: Source) -> SourceUnavailable:
    before = world.all()
    with pytest.raises(SourceUnavailable) as caught:
        source.erase(ANH, "R-1")
    assert world.all() == before
    return caught.value


@contextmanager
def read_only(world: World) -> Iterator[Source]:
    """The database as it is on a standby, or on a file system that is mounted to be read."""
    if world.engine == "sqlite":
        write_version(world, b"\x03")
        yield world.source
        write_version(world, b"\x01")
    elif world.engine == "postgresql":
        world.run(f"ALTER DATABASE {database(world)} SET default_transaction_read_only = on")
        try:
            yield world.source
        finally:
            with world.opened() as connection:
                connection.execute("SET default_transaction_read_only = off")
                connection.commit()
                connection.execute(f"ALTER DATABASE {database(world)} RESET default_transaction_read_only")
                connection.commit()
    else:
        with login(world, "SELECT, UPDATE, DELETE") as url:
            world.run("SET GLOBAL read_only = 1")
            try:
                yield at(url)
            finally:
                world.run("SET GLOBAL read_only = 0")


def write_version(world: World, version: bytes) -> None:
    """Say in the file's head which versions of the engine may write it; 3 is none that there is."""
    with Path(world.url.removeprefix("sqlite:///")).open("r+b") as file:
        file.seek(18)
        file.write(version)


def test_a_database_that_may_only_be_read(world: World) -> None:
    with read_only(world) as source:
        assert source.find(SOMEBODY) == [(1,)]
        problem = refusal(world, source)
    detail = str(problem.facts["detail"]).lower().replace("-", "").replace(" ", "").replace("_", "")
    assert "readonly" in detail or "1290" in detail
    assert problem.permanent is (world.engine == "sqlite")  # a server may be a standby that takes over
    assert world.source.erase(ANH, "R-1").done


@servers
def test_a_login_without_the_right(world: World) -> None:
    with login(world, "SELECT") as url:
        problem = refusal(world, at(url))
        assert problem.permanent
        assert "denied" in str(problem.facts["detail"])
    assert world.source.erase(ANH, "R-1").done


@servers
def test_one_login_reads_and_another_erases(world: World) -> None:
    toml = MANIFEST.replace('url = "env:BOOKING_URL"', 'url = "env:BOOKING_URL"\nerase_url = "env:BOOKING_ERASE_URL"')
    with login(world, "SELECT") as url:
        source = at(url, toml, BOOKING_ERASE_URL=world.url)
        assert source.find(SOMEBODY) == [(1,)]
        source.prefer(ANH, {"location.level": "approximate"})
        assert source.stored(ANH)["location.level"] == "approximate"
        assert source.erase(source.traced(ANH), "R-1").rows["bookings"] == 3
        assert source.remaining(ANH) == {}
        source.compact()
        assert [finding for finding in source.check() if "login lacks" in finding.say] == []


@servers
def test_a_deadlock_passes_and_the_next_try_ends_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.opened() as other, world.opened() as server:
        cursor = other.cursor()
        if world.engine == "postgresql":
            server.execute(f"ALTER DATABASE {database(world)} SET deadlock_timeout = '100ms'")
            server.commit()
            cursor.execute("SET deadlock_timeout = '60s'")
        cursor.execute("UPDATE invoices SET memo = 'x' WHERE id = 40")
        for number in range(300):  # whoever has done least is given up
            cursor.execute(f"INSERT INTO invoice_lines VALUES ({1000 + number}, 42, 'x')")

        def crossed() -> None:
            cursor.execute("UPDATE users SET level = 'none' WHERE id = 1")
            other.rollback()

        crossing = threading.Thread(target=crossed)

        def cross() -> None:
            crossing.start()
            time.sleep(0.2)  # until it waits

        inside(monkeypatch, cross)
        with pytest.raises(SourceUnavailable) as caught:
            world.source.erase(ANH, "R-1")
        crossing.join()
    assert not caught.value.permanent
    assert "deadlock" in str(caught.value.facts["detail"]).lower()
    assert world.source.erase(ANH, "R-1").done
    if world.engine == "postgresql":
        world.run(f"ALTER DATABASE {database(world)} RESET deadlock_timeout")


def inside(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once in the middle of an erasure, when it has locks and has deleted rows."""
    waiting = [act]

    def point(name: str) -> None:
        if name.startswith("booking: erased ") and waiting:
            waiting.pop()()

    monkeypatch.setattr(failpoints, "point", point)


PATIENCE = {
    "sqlite": "PRAGMA busy_timeout = 100",
    "postgresql": "SET lock_timeout = '200ms'",
    "mysql": "SET innodb_lock_wait_timeout = 1",
}


def adds_a_booking(world: World, number: int, person: int) -> bool:
    """Say whether another program can add a row to somebody without waiting for long."""
    row = f"INSERT INTO bookings (id, user_id, starts_at) VALUES ({number}, {person}, '2026-12-24 10:00:00')"
    with world.opened() as connection:
        cursor = connection.cursor()
        cursor.execute(PATIENCE[world.engine])
        try:
            cursor.execute(row)
        except Exception as error:
            if "lock" not in str(error).casefold():
                raise
            return False
        finally:
            connection.rollback()
    return True


def test_while_somebody_is_erased_nobody_gives_them_new_rows_and_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[bool, bool]] = []
    inside(monkeypatch, lambda: tried.append((adds_a_booking(world, 90, 1), adds_a_booking(world, 91, 2))))
    assert adds_a_booking(world, 90, 1)
    world.source.erase(ANH, "R-1")
    assert tried == [(False, world.engine != "sqlite")], "SQLite has one writer"
    assert world.source.remaining(ANH) == {}
    assert adds_a_booking(world, 90, 1)


@servers
def test_a_connection_that_is_cut_half_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut() -> None:
        if world.engine == "postgresql":
            world.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        else:
            others = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            for (number,) in world.run(others):
                world.run(f"KILL {number}")

    inside(monkeypatch, cut)
    problem = refused(world)
    assert not problem.permanent
    assert world.source.erase(ANH, "R-1").done


def test_a_schema_that_changed_since_it_was_read(world: World) -> None:
    assert world.source.find(SOMEBODY) == [(1,)]
    world.run("ALTER TABLE users RENAME COLUMN pin TO pincode")
    for _ in range(2):
        problem = refusal(world, world.source)
        assert problem.permanent
        assert "pin" in str(problem.facts["detail"])
    world.run("ALTER TABLE users RENAME COLUMN pincode TO pin")
    assert world.source.erase(ANH, "R-1").done


GROWING = MANIFEST.replace(
    'columns.note = { erase = "redact" }', f'columns.note = {{ erase = "text:{secrets.token_hex(6000)}" }}'
)


@contextmanager
def full(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No room is left: in the file, on the disk where long texts lie, or in a table that a trigger writes."""
    if world.engine == "sqlite":
        connected = Sqlite.connect

        def without_room(dialect: Sqlite, write: bool) -> sqlite3.Connection:
            connection = connected(dialect, write)
            connection.execute("PRAGMA max_page_count = 1")  # never less than there are
            return connection

        with monkeypatch.context() as patched:
            patched.setattr(Sqlite, "connect", without_room)
            yield
    elif world.engine == "postgresql":
        [(path,)] = world.run(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(reltoastrelid)"
            " FROM pg_class WHERE oid = 'invoices'::regclass"
        )
        kept = Path(f"{path}.kept")
        Path(path).rename(kept)
        Path(path).symlink_to("/dev/full")
        try:
            yield
        finally:
            kept.replace(path)
    else:
        [(room,)] = world.run("SELECT @@max_heap_table_size")
        with world.opened() as connection:
            cursor = connection.cursor()
            cursor.execute("SET max_heap_table_size = 16384")
            cursor.execute("CREATE TABLE logged (what varchar(2000)) ENGINE = MEMORY")
            for _ in range(2):
                with suppress(pymysql.err.OperationalError):
                    cursor.executemany("INSERT INTO logged VALUES (%s)", [["x" * 2000]] * 1000)
        world.run("CREATE TRIGGER logging BEFORE DELETE ON bookings FOR EACH ROW INSERT INTO logged VALUES ('gone')")
        assert room > 16384
        yield
        world.run("DROP TRIGGER logging")


def test_a_full_disk_passes_once_there_is_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with full(world, monkeypatch):
        problem = refusal(world, world.connected(GROWING))
    assert not problem.permanent
    assert "full" in str(problem.facts["detail"]).lower()
    assert world.source.erase(ANH, "R-1").done


@pytest.mark.parametrize("url", ["postgresql://x@127.0.0.1:{port}/x", "mysql://x@127.0.0.1:{port}/x"])
def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for(url: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        source = at(url.format(port=silent.getsockname()[1]))
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable) as caught:
            source.find(SOMEBODY)
        assert not caught.value.permanent
        assert time.monotonic() - begun < 15
