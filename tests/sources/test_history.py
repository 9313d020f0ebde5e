"""Points are counted, listed and deleted alike on every engine, and only those of the person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.sources.base import Person
from portal.sources.history import After, History, Reported, Span
from tests.sources.world import ANH, BINH, KINDS, MANIFEST, World

TABLES = """
[tables.points]
link = "user_id -> users.id"
erase = "delete"

[location]
points = "points"
time = "at"
latitude = "lat"
longitude = "lon"
reported_state = "users.city"
reported_at = "users.seen_at"
"""
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def history(world: World) -> History:
    """Forty points of Anh's, one a day and two at the same moment on the last; three of Binh's."""
    world.run(f"ALTER TABLE users ADD seen_at {KINDS[world.engine]['moment']}")
    world.run("UPDATE users SET seen_at = '2026-03-01 00:00:00' WHERE id = 1")
    key = "bigint PRIMARY KEY" if world.engine != "sqlite" else "integer PRIMARY KEY"
    world.run(
        f"CREATE TABLE points (id {key}, user_id bigint, at {KINDS[world.engine]['moment']} NOT NULL,"
        " lat double precision NOT NULL, lon double precision NOT NULL)"
    )
    days = [*range(39), 38]
    for number, day in enumerate(days):
        _add(world, 100 + number, 1, START + DAY * day)
    for number in range(3):
        _add(world, 200 + number, 2, START + DAY * number)
    found = world.connected(MANIFEST + TABLES).history
    assert found
    return found


def _add(world: World, number: int, user: int, at: datetime) -> None:
    written = at.strftime("%Y-%m-%d %H:%M:%S")
    world.run("INSERT INTO points VALUES (?, ?, ?, 16.5, 107.5)", number, user, written)


def left(world: World) -> dict[int, int]:
    return {user: count for user, count in world.run("SELECT user_id, COUNT(*) FROM points GROUP BY user_id")}


def test_a_system_without_points_has_no_history(world: World) -> None:
    assert world.source.history is None


def test_the_engine_counts_by_span(history: History) -> None:
    spans = [Span(START, START + DAY * 7), Span(START + DAY * 7, START + DAY * 14), Span(None, START), Span()]
    tally = history.tally(ANH, spans)
    assert (tally.first, tuple(tally.spans)) == (START, (7, 7, 0, 40))
    nobody = history.tally(Person(()), spans)
    assert (nobody.first, tuple(nobody.spans)) == (None, (0, 0, 0, 0))


@pytest.mark.parametrize("size", [1, 7, 39, 40, 41])
def test_pages_show_every_point_once_the_newest_first(history: History, size: int) -> None:
    seen, after = [], None
    while page := history.page(ANH, after, size):
        assert len(page) <= size
        seen += page
        after = After(page[-1].at, page[-1].mark, page[-1].key)
    assert [point.key[0] for point in seen] == [139, 138, *range(137, 99, -1)]
    assert (seen[0].at, seen[0].latitude, seen[0].longitude) == (START + DAY * 38, 16.5, 107.5)


def test_a_list_of_several_systems_goes_on_at_a_moment_of_another(history: History) -> None:
    last = START + DAY * 38
    assert [point.key[0] for point in history.page(ANH, After(last, included=True), 3)] == [139, 138, 137]
    assert [point.key[0] for point in history.page(ANH, After(last), 2)] == [137, 136]


def test_a_span_goes_in_chunks_oldest_first_and_nothing_else(history: History, world: World) -> None:
    span, gone = Span(START + DAY * 10, START + DAY * 30), []
    while count := history.delete(ANH, span, 8):
        gone.append(count)
    assert sum(gone) == 20
    assert max(gone) <= 9
    assert left(world) == {1: 20, 2: 3}
    assert history.tally(ANH, [span, Span(until=START + DAY * 10)]).spans == (0, 10)


def test_all_goes_even_where_many_share_a_moment(history: History, world: World) -> None:
    while history.delete(ANH, Span(), 1):
        pass
    assert left(world) == {2: 3}


def test_one_point_goes_and_only_its_owners(history: History, world: World) -> None:
    assert [history.delete_one(BINH, (100,)), history.delete_one(ANH, (100,)), history.delete_one(ANH, (100,))] == [
        0,
        1,
        0,
    ]
    assert history.delete_one(ANH, ("1; DROP TABLE points",)) == 0
    assert left(world) == {1: 39, 2: 3}


def test_what_the_phone_reported_is_read_with_its_time(history: History) -> None:
    assert history.reported(ANH) == Reported("Huế", START)
    assert history.reported(Person(())) is None


def test_a_report_without_a_time_is_shown_without_one(history: History) -> None:
    assert history.reported(BINH) == Reported("Huế", None)


def test_points_without_a_key_or_a_moment_are_found_by_the_check(world: World) -> None:
    world.run("ALTER TABLE users ADD seen_at integer")
    world.run("CREATE TABLE points (user_id bigint, at integer, lat integer, lon integer)")
    said = [str(finding) for finding in world.connected(MANIFEST + TABLES).check() if finding.table == "points"]
    assert any("points have no key" in line for line in said)
    assert any("holds no moment" in line for line in said)
