"""Points are counted, listed and deleted alike on every engine and over HTTP, and only those of the person."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.demo.moments import zulu
from portal.demo.sheet import Sheet, lay
from portal.demo.whitelabel import Server
from portal.demo.world import HERE
from portal.sources.base import Person
from portal.sources.history import After, History, Reported, Span
from portal.sources.manifest import read
from portal.sources.registry import connect
from tests.sources.conftest import ENGINES, world_on
from tests.sources.systems import SECRET
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


@dataclass
class Kept:
    """Points of two people where the test can look at them, and the history that the portal sees of them."""

    history: History
    run: Callable[..., list[tuple[Any, ...]]]
    points: str  # the table
    whose: str  # and its column
    word: str  # what the phone of both said

    def left(self) -> dict[int, int]:
        return dict(self.run(f"SELECT {self.whose}, COUNT(*) FROM {self.points} GROUP BY {self.whose}"))


@pytest.fixture(params=[*ENGINES, "http"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, at_one_moment: None) -> Iterator[Kept]:
    """Forty points of Anh's, one a day and two at the same moment on the last; three of Binh's."""
    if request.param == "http":
        with over_http(tmp_path) as found:
            yield found
        return
    yield over_sql(world_on(request, tmp_path))


def rows() -> Iterator[tuple[int, int, datetime]]:
    """Yield number, person and moment of each point."""
    for number, day in enumerate([*range(39), 38]):
        yield 100 + number, 1, START + DAY * day
    for number in range(3):
        yield 200 + number, 2, START + DAY * number


def over_sql(world: World) -> Kept:
    """The points in a database."""
    world.run(f"ALTER TABLE users ADD seen_at {KINDS[world.engine]['moment']}")
    world.run("UPDATE users SET seen_at = '2026-03-01 00:00:00' WHERE id = 1")
    key = "bigint PRIMARY KEY" if world.engine != "sqlite" else "integer PRIMARY KEY"
    world.run(
        f"CREATE TABLE points (id {key}, user_id bigint, at {KINDS[world.engine]['moment']} NOT NULL,"
        " lat double precision NOT NULL, lon double precision NOT NULL)"
    )
    for number, user, at in rows():
        written = at.strftime("%Y-%m-%d %H:%M:%S")
        world.run("INSERT INTO points VALUES (?, ?, ?, 16.5, 107.5)", number, user, written)
    found = world.connected(MANIFEST + TABLES).history
    assert found
    return Kept(found, world.run, "points", "user_id", "Huế")


@contextmanager
def over_http(folder: Path) -> Iterator[Kept]:
    """The points in the demo's Whitelabel App, which is asked by the protocol."""
    file, sheet = folder / "whitelabel.db", Sheet()
    sheet.add("spaces", code="s", name="Space")
    for number, seen in ((1, zulu(START)), (2, None)):
        who = {"id": number, "space": "s", "member_code": f"s-{number}", "full_name": "somebody"}
        sheet.add("members", **who, phone_location="denied", phone_location_at=seen, joined_at=zulu(START))
    for number, member, at in rows():
        sheet.add("places", id=number, member_id=member, space="s", recorded_at=zulu(at), lat=16.5, lon=107.5)
    lay(file, HERE / "whitelabel.sql", sheet, 1)

    def run(text: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute(text).fetchall()

    with Server(0, file, SECRET) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        found = connect(
            read(HERE / "sources" / "whitelabel.toml"), {"WHITELABEL_URL": url, "WHITELABEL_SECRET": SECRET}
        ).history
        assert found
        yield Kept(found, run, "places", "member_id", "denied")
        server.shutdown()
        thread.join()


@pytest.fixture
def history(kept: Kept) -> History:
    """The history alone."""
    return kept.history


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


def test_a_span_goes_in_chunks_oldest_first_and_nothing_else(history: History, kept: Kept) -> None:
    span, gone = Span(START + DAY * 10, START + DAY * 30), []
    while count := history.delete(ANH, span, 8):
        gone.append(count)
    assert sum(gone) == 20
    assert max(gone) <= 9
    assert kept.left() == {1: 20, 2: 3}
    assert history.tally(ANH, [span, Span(until=START + DAY * 10)]).spans == (0, 10)


def test_all_goes_even_where_many_share_a_moment(history: History, kept: Kept) -> None:
    while history.delete(ANH, Span(), 1):
        pass
    assert kept.left() == {2: 3}


def test_one_point_goes_and_only_its_owners(history: History, kept: Kept) -> None:
    assert [history.delete_one(BINH, (100,)), history.delete_one(ANH, (100,)), history.delete_one(ANH, (100,))] == [
        0,
        1,
        0,
    ]
    assert history.delete_one(ANH, ("1; DROP TABLE points",)) == 0
    assert kept.left() == {1: 39, 2: 3}


def test_what_the_phone_reported_is_read_with_its_time(history: History, kept: Kept) -> None:
    assert history.reported(ANH) == Reported(kept.word, START)
    assert history.reported(Person(())) is None


def test_a_report_without_a_time_is_shown_without_one(history: History, kept: Kept) -> None:
    assert history.reported(BINH) == Reported(kept.word, None)


def test_ends_between_two_seconds_are_held(history: History) -> None:
    half = timedelta(milliseconds=500)
    spans = [Span(START, START + half), Span(START - half, START), Span(START + half, START + DAY + half)]
    assert tuple(history.tally(ANH, spans).spans) == (1, 0, 1)
    assert [point.at for point in history.page(ANH, After(START + DAY + half), 1)] == [START + DAY]
    assert history.delete(ANH, Span(until=START + half), 10) == 1


def test_points_without_a_key_or_a_moment_are_found_by_the_check(world: World) -> None:
    world.run("ALTER TABLE users ADD seen_at integer")
    world.run("CREATE TABLE points (user_id bigint, at integer, lat integer, lon integer)")
    said = [str(finding) for finding in world.connected(MANIFEST + TABLES).check() if finding.table == "points"]
    assert any("points have no key" in line for line in said)
    assert any("holds no moment" in line for line in said)
