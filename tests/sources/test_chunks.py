"""An erasure of many rows goes in short transactions, on every engine alike: it can be killed, and holds up nobody."""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from math import inf
from typing import Any

import pytest

from portal.kernel import failpoints
from portal.sources.sql import chunks
from portal.sources.sql.session import Session
from portal.sources.sql.sqlite import Sqlite
from portal.sources.sql.statement import Sql
from tests.sources.world import ANH, MANIFEST, World, plain

# Rows of the person that refer to no row: what no moment of an erasure may show.
ORPHANS = (
    "guests g LEFT JOIN bookings b ON b.id = g.booking_id WHERE b.id IS NULL",
    "bookings b LEFT JOIN users u ON u.id = b.user_id WHERE u.id IS NULL",
    "comments c LEFT JOIN comments p ON p.id = c.parent WHERE c.parent IS NOT NULL AND p.id IS NULL",
    "users u LEFT JOIN bookings b ON b.id = u.best_booking WHERE u.best_booking IS NOT NULL AND b.id IS NULL",
    "invoice_lines l LEFT JOIN invoices i ON i.id = l.invoice_id WHERE i.id IS NULL",
)
Between = Callable[[Callable[[str], None]], list[str]]
SOME = "booking: erased some of "
GUESS = Session.guess


@pytest.fixture
def crowded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world in which Ánh has some hundred rows, which is many here; a range has seven of them at first."""
    monkeypatch.setattr(chunks, "SMALL", 50)
    monkeypatch.setattr(chunks, "FIRST", 7)
    monkeypatch.setattr(chunks, "FIRST_MARKED", 7)
    monkeypatch.setattr(Session, "guess", lambda session, sql: inf)  # made from no statistics, as tables are new here
    monkeypatch.setattr(chunks, "LEAST", 7)
    monkeypatch.setattr(chunks, "GROWTH", 1)
    moment = datetime(2027, 1, 5, 9, 0)
    starts = plain(moment) if world.engine == "sqlite" else moment
    insert(world, "bookings", [(n, 1, None, starts, None, None, None) for n in range(100, 140)])
    insert(world, "guests", [(n, seat, None, "Mẹ") for n in range(100, 140) for seat in (1, 2)])
    insert(world, "comments", [(n, 1, 30 if n == 100 else n - 1, "so on") for n in range(100, 140)])
    insert(world, "invoices", [(n, 1, f"I-{n}", None, None, None, "m", f"for Nguyễn Thị Ánh {n}", False)
                               for n in range(100, 140)])  # fmt: skip
    return world


def insert(world: World, table: str, rows: list[tuple[Any, ...]]) -> None:
    with world.opened() as connection:
        places = ", ".join("?" for _ in rows[0])
        connection.cursor().executemany(*world.spelt(f"INSERT INTO {table} VALUES ({places})", rows))
        connection.commit()


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Let something happen after each range; what is returned fills with the tables of the ranges."""

    def let(act: Callable[[str], None]) -> list[str]:
        passed: list[str] = []

        def point(name: str) -> None:
            if name.startswith(SOME):
                passed.append(name.removeprefix(SOME))
                act(passed[-1])

        monkeypatch.setattr(failpoints, "point", point)
        return passed

    return let


def left(world: World) -> dict[str, Any]:
    """Every row, but for the hash that differs each time."""
    world.run("UPDATE users SET pin = NULL WHERE id = 1")
    return world.all()


def erased_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What one transaction leaves; the rows are put back afterwards."""
    rows = Kept(world)
    with monkeypatch.context() as patched:
        patched.setattr(chunks, "SMALL", 100_000)
        world.source.erase(ANH, "R-1")
    whole = left(world)
    rows.put_back()
    return whole


def writable(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value


class Kept:
    """All rows as they were, to be put back."""

    def __init__(self, world: World) -> None:
        self.world = world
        rows = {table: world.run(f"SELECT * FROM {world.named(table)}") for table in world.all()}
        self.rows = {table: [tuple(map(writable, row)) for row in found] for table, found in rows.items()}

    def put_back(self) -> None:
        off = {
            "sqlite": "PRAGMA foreign_keys = OFF",
            "postgresql": "SET session_replication_role = replica",
            "mysql": "SET foreign_key_checks = 0",
        }
        with self.world.opened() as connection:
            cursor = connection.cursor()
            cursor.execute(off[self.world.engine])
            for table, rows in self.rows.items():
                named, places = self.world.named(table), ", ".join("?" for _ in rows[0])
                cursor.execute(f"DELETE FROM {named}")
                cursor.executemany(*self.world.spelt(f"INSERT INTO {named} VALUES ({places})", rows))
            connection.commit()


def test_ranges_leave_what_one_transaction_leaves_and_count_the_same(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = erased_whole(crowded, monkeypatch)
    passed = between(lambda table: None)
    erased = crowded.source.erase(ANH, "R-1")
    assert erased.rows == {
        "users": 1, "bookings": 43, "guests_of_mine": 82, "my_seats": 1, "notes": 1, "comments": 42,
        "answers": 1, "newsletter": 1, "callers": 1, "invoices": 42, "invoice_lines": 0,
    }  # fmt: skip
    assert passed.count("bookings") == 7
    assert passed.count("guests_of_mine") == 12
    assert crowded.source.remaining(ANH) == {}
    assert left(crowded) == whole


def test_every_constraint_holds_after_each_range(crowded: World, between: Between) -> None:
    def look(table: str) -> None:
        for orphans in ORPHANS:
            assert crowded.run(f"SELECT COUNT(*) FROM {orphans}") == [(0,)], (table, orphans)

    assert len(between(look)) == 0
    assert crowded.source.erase(ANH, "R-1").done


class Killed(BaseException):
    """What a kill is to the code."""


def test_a_kill_after_any_range_is_made_good_by_asking_again(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = erased_whole(crowded, monkeypatch)
    before, passed = Kept(crowded), between(lambda table: None)
    crowded.source.erase(ANH, "R-1")
    assert len(passed) > 30
    for death in (1, 2, *range(5, len(passed) - 1, 9)):
        before.put_back()
        traced = crowded.source.traced(ANH)
        between(partial(die, [death]))
        with pytest.raises(Killed):
            crowded.source.erase(traced, "R-1")
        between(lambda table: None)
        assert crowded.source.remaining(traced), death
        crowded.source.erase(traced, "R-1")
        assert crowded.source.remaining(traced) == {}, death
        assert left(crowded) == whole, death


def die(left: list[int], table: str) -> None:
    left[0] -= 1
    if not left[0]:
        raise Killed


def test_between_ranges_nobody_has_to_wait(crowded: World, between: Between) -> None:
    patience = {"postgresql": "SET lock_timeout = 1", "mysql": "SET innodb_lock_wait_timeout = 0"}
    with crowded.opened() as other:
        if crowded.engine == "sqlite":
            other.execute("PRAGMA busy_timeout = 0")
        else:
            other.cursor().execute(patience[crowded.engine])
            other.commit()

        def write(table: str) -> None:
            other.cursor().execute("UPDATE users SET level = 'none' WHERE id = 1")
            other.cursor().execute("UPDATE invoices SET memo = 'm' WHERE user_id = 1")
            other.commit()

        between(write)
        assert crowded.source.erase(ANH, "R-1").done


def test_rows_that_are_written_meanwhile_stop_nothing_and_are_found_by_the_reading_again(
    crowded: World, between: Between
) -> None:
    def write(table: str) -> None:
        number = 1000 + len(passed)
        crowded.run("INSERT INTO comments VALUES (?, 1, NULL, 'new')", number)
        crowded.run("INSERT INTO comments VALUES (?, 1, NULL, 'old number')", -number)
        if passed.count("guests_of_mine") == 3 and table == "guests_of_mine":  # below a booking that goes next
            crowded.run("INSERT INTO guests VALUES (139, ?, NULL, 'late')", number)

    passed = between(write)
    assert crowded.source.erase(ANH, "R-1").done
    between(lambda table: None)
    assert crowded.run("SELECT COUNT(*) FROM guests WHERE booking_id = 139") == [(0,)]
    assert crowded.source.remaining(ANH).keys() == {"comments"}
    crowded.source.erase(ANH, "R-1")
    assert crowded.source.remaining(ANH) == {}


def slow(world: World, seconds: float, monkeypatch: pytest.MonkeyPatch, *more: str) -> float:
    """Let each deleted row of bookings, and of more tables, wait so long, and return it.

    SQLite then works a little, else it never sees the time.
    """
    connect = Sqlite.connect

    def patient(dialect: Sqlite, write: bool) -> sqlite3.Connection:
        connection = connect(dialect, write)
        connection.create_function("pause", 0, lambda: time.sleep(seconds))
        return connection

    monkeypatch.setattr(Sqlite, "connect", patient)
    worked = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c"
    does = {
        "sqlite": f"BEGIN SELECT pause(); SELECT COUNT(*) FROM ({worked}); END",
        "postgresql": "FOR EACH ROW EXECUTE FUNCTION slow()",
        "mysql": f"FOR EACH ROW DO SLEEP({seconds})",
    }
    if world.engine == "postgresql":
        body = f"'BEGIN PERFORM pg_sleep({seconds}); RETURN OLD; END'"
        world.run(f"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS {body}")
    for table in ("bookings", *more):
        world.run(f"CREATE TRIGGER slow_{table} BEFORE DELETE ON {table} {does[world.engine]}")
    return seconds


def test_a_range_that_takes_too_long_is_given_up_and_a_smaller_one_taken(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LONGEST", slow(crowded, 0.02, monkeypatch) * 10)
    monkeypatch.setattr(chunks, "FIRST", 43)
    monkeypatch.setattr(chunks, "LEAST", 1)
    passed = between(lambda table: None)
    assert crowded.source.erase(ANH, "R-1").done
    assert passed.count("bookings") > 4
    assert crowded.source.remaining(ANH) == {}


def test_few_rows_that_take_too_long_are_taken_in_ranges(
    world: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LONGEST", slow(world, 0.15, monkeypatch) * 2.2)
    monkeypatch.setattr(chunks, "FIRST", 1)
    monkeypatch.setattr(chunks, "LEAST", 1)
    passed = between(lambda table: None)
    assert world.source.erase(ANH, "R-1").rows["bookings"] == 3
    assert passed.count("bookings") > 1
    assert world.source.remaining(ANH) == {}


def test_few_rows_whose_statements_take_too_long_together_are_taken_in_ranges(
    world: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LONGEST", slow(world, 0.1, monkeypatch, "comments") * 4.2)
    monkeypatch.setattr(chunks, "FIRST", 1)
    monkeypatch.setattr(chunks, "LEAST", 1)
    passed = between(lambda table: None)
    assert world.source.erase(ANH, "R-1").done
    assert "bookings" in passed
    assert world.source.remaining(ANH) == {}


def test_rows_that_are_only_marked_go_by_one_statement_where_nobody_refers_to_them(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded.run("CREATE TABLE visits (id bigint PRIMARY KEY, user_id bigint NOT NULL)")
    insert(crowded, "visits", [(n, 1) for n in range(70)])
    crowded.source = crowded.connected(MANIFEST + '[tables.visits]\nlink = "user_id -> users.id"\nerase = "delete"\n')
    monkeypatch.setattr(chunks, "FIRST_MARKED", 1000)
    passed = between(lambda table: None)
    assert crowded.source.erase(ANH, "R-1").rows["visits"] == 70
    assert passed.count("visits") == (1 if crowded.engine == "postgresql" else 11)
    assert passed.count("bookings") == 7
    assert crowded.source.remaining(ANH) == {}


def test_what_is_expected_to_be_the_rest_is_not_looked_up(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "guess", GUESS)
    monkeypatch.setattr(chunks, "FIRST", 50)
    passed, looked, every = between(lambda table: None), [], Session.all

    def noting(session: Session, sql: Sql) -> list[tuple[Any, ...]]:
        looked.append(sql.text)
        return every(session, sql)

    monkeypatch.setattr(Session, "all", noting)
    if crowded.engine == "postgresql":
        crowded.run("ANALYZE")
    assert crowded.source.erase(ANH, "R-1").rows["bookings"] == 43
    assert passed.count("bookings") == 1
    ends = [text for text in looked if "OFFSET" in text and "bookings" in text.partition("WHERE")[0]]
    assert len(ends) == (0 if crowded.engine == "postgresql" else 1)


def test_a_guess_that_was_too_low_is_not_believed_again(
    crowded: World, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def too_low(session: Session, sql: Sql) -> float:
        asked.append(sql.text)
        return 0

    monkeypatch.setattr(Session, "guess", too_low)
    monkeypatch.setattr(chunks, "LONGEST", slow(crowded, 0.02, monkeypatch) * 10)
    monkeypatch.setattr(chunks, "FIRST", 20)
    monkeypatch.setattr(chunks, "LEAST", 1)
    passed = between(lambda table: None)
    assert crowded.source.erase(ANH, "R-1").rows["bookings"] == 43
    assert passed.count("bookings") > 4
    assert len([text for text in asked if "bookings" in text.partition("WHERE")[0]]) == 1
    assert crowded.source.remaining(ANH) == {}


def test_a_table_without_a_key_goes_by_one_statement(crowded: World, between: Between) -> None:
    for _ in range(60):
        crowded.run("INSERT INTO newsletter VALUES ('anh.nguyen@example.com', NULL)")
    passed = between(lambda table: None)
    assert crowded.source.erase(ANH, "R-1").rows["newsletter"] == 61
    assert passed.count("newsletter") == 1


def test_rows_that_refer_to_their_own_table_for_good_go_newest_first(crowded: World, between: Between) -> None:
    crowded.run(
        "CREATE TABLE threads (id bigint PRIMARY KEY, user_id bigint NOT NULL, top bigint NOT NULL,"
        " FOREIGN KEY (top) REFERENCES threads (id))"
    )
    insert(crowded, "threads", [(1, 2, 1), *((n, 1, n - 1) for n in range(2, 60))])
    crowded.source = crowded.connected(MANIFEST + '[tables.threads]\nlink = "user_id -> users.id"\nerase = "delete"\n')
    passed = between(lambda table: None)
    assert crowded.source.erase(ANH, "R-1").rows["threads"] == 58
    assert passed.count("threads") == 9
