"""One moment for a whole copy: while somebody writes without pause, counts and rows of all tables belong together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from portal.sources.sql.mariadb import Mariadb
from tests.sources.world import ANH, World

LOOKS = 12


@contextmanager
def writing(world: World) -> Iterator[threading.Event]:
    """Add a comment and an invoice, or take both away, each pair in one transaction, until the block ends.

    The event is set with each pair.
    """
    over, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 1000
        with world.opened() as connection:
            cursor = connection.cursor()
            while not over.is_set():
                number += 1
                for text, values in pair(number) if number % 3 else without(number - 1):
                    spelt, [given] = world.spelt(text, [values])
                    cursor.execute(spelt, given)
                connection.commit()
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        over.set()
        writer.join()


def pair(number: int) -> list[tuple[str, tuple[object, ...]]]:
    return [
        ("INSERT INTO comments VALUES (?, 1, NULL, 'now')", (number,)),
        ("INSERT INTO invoices (id, user_id, memo, issued_at) VALUES (?, 1, '', '2025-01-01 00:00:00')", (number,)),
    ]


def without(number: int) -> list[tuple[str, tuple[object, ...]]]:
    return [(f"DELETE FROM {table} WHERE id = ?", (number,)) for table in ("comments", "invoices")]


def test_large_rows_come_few_at_a_time(world: World) -> None:
    count, size = 300, 60_000
    with world.opened() as connection:
        rows = [(100 + number, 1, None, "2026-01-01 00:00:00", None, None, bytes(size)) for number in range(count)]
        connection.cursor().executemany(*world.spelt("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?)", rows))
        connection.commit()
    with world.source.snapshot(ANH) as snapshot:
        sizes = [sum(len(row[-1] or b"") for row in batch.rows) for batch in snapshot.batches("bookings")]
    assert sum(sizes) >= count * size
    assert max(sizes) < 5_000_000


def test_small_rows_come_many_at_a_time(world: World) -> None:
    rows = [(100 + number, 1, None, "hello") for number in range(3000)]
    with world.opened() as connection:
        connection.cursor().executemany(*world.spelt("INSERT INTO comments VALUES (?, ?, ?, ?)", rows))
        connection.commit()
    with world.source.snapshot(ANH) as snapshot:
        batches = [len(batch.rows) for batch in snapshot.batches("comments")]
    assert sum(batches) == 3002
    assert len(batches) < 9


def test_counts_and_rows_are_of_one_moment_while_others_write(world: World) -> None:
    if world.engine == "sqlite":
        world.run("PRAGMA journal_mode = WAL")
    seen = set()
    with writing(world) as written:
        for _ in range(LOOKS):
            assert written.wait(30)
            with world.source.snapshot(ANH) as snapshot:
                comments = [row["id"] for row in snapshot.rows("comments")]
                written.clear()
                assert written.wait(30)  # something has changed between the two tables
                invoices = [row["id"] for row in snapshot.rows("invoices")]
                assert (len(comments), len(invoices)) == (snapshot.counts["comments"], snapshot.counts["invoices"])
            assert [number for number in comments if number > 1000] == [number for number in invoices if number > 1000]
            seen.add(len(comments))
    assert len(seen) > 1  # and it was another moment each time


@pytest.mark.servers
def test_connections_to_mariadb_share_what_is_slow_to_make(mariadb_url: str) -> None:
    """A TLS context reads all certificates of the machine: made for each connection it took longer than a page."""
    dialect = Mariadb(mariadb_url)
    with closing(dialect.connect(write=False)) as one, closing(dialect.connect(write=True)) as other:
        assert one.ctx is other.ctx
