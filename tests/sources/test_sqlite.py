"""What SQLite alone has: bytes left in its file, text that is no UTF-8, and kills that can be watched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.sources import values
from portal.sources.base import Identifier, Person
from portal.sources.sql.ground import Ground
from portal.sources.sql.sqlite import Sqlite
from portal.sources.sql.statement import Sql
from tests.sources.world import ANH, MANIFEST, World

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("index", "match", "identifier"),
    [
        ("ON users (lower(email))", 'email = "email"', ("email", "binh@example.com")),
        ("ON users (email COLLATE NOCASE)", 'email = "email"', ("email", "binh@example.com")),
        ("ON users (email collate nocase)", 'email = "email"', ("email", "binh@example.com")),
        ("ON users (email)", 'email = { column = "email", exact = true }', ("email", "binh@example.com")),
        ("ON users (phone)", 'phone = { column = "phone", exact = true }', ("phone", "+84912345679")),
    ],
)
def test_a_match_uses_the_index_that_serves_it(
    sqlite_world: World, index: str, match: str, identifier: tuple[str, str]
) -> None:
    sqlite_world.run("DROP INDEX users_email")
    sqlite_world.run("UPDATE users SET phone = '+84912345679' WHERE id = 2")
    toml = MANIFEST.replace(
        'match = { email = "email", phone = { column = "phone", country = "84" }', "match = { " + match
    )
    assert "SCAN" in plan(sqlite_world, toml, Identifier(*identifier))
    sqlite_world.run("CREATE INDEX one " + index)
    assert "USING INDEX one" in plan(sqlite_world, toml, Identifier(*identifier))
    source = sqlite_world.connected(toml)
    assert source.find(Identifier(*identifier)) == [(2,)]
    assert not [finding for finding in source.check() if finding.column in ("email", "phone")]


def plan(world: World, toml: str, identifier: Identifier) -> str:
    """How SQLite would look for an identifier."""
    source, dialect = world.connected(toml), Sqlite(world.url)
    connection = dialect.connect(write=False)
    ground = Ground(source.manifest, dialect.schema(connection), dialect, source.unavailable)
    known = ground.matched(ground.subject, source.manifest.subject.match, Person((), (identifier,)))
    query = Sql("EXPLAIN QUERY PLAN SELECT id FROM users WHERE ") + known
    steps = connection.execute(dialect.written(query), query.values).fetchall()
    connection.close()
    return " ".join(str(step[3]) for step in steps)


def test_text_that_is_no_utf_8_is_exported_and_redacted(sqlite_world: World) -> None:
    with sqlite_world.opened() as connection:
        connection.execute("UPDATE users SET city = CAST(x'48ff75' AS text) WHERE id = 1")
        connection.execute(
            "UPDATE invoices SET note = CAST(x'fe20' || CAST('anh.nguyen@example.com' AS blob) AS text) WHERE id = 41"
        )
        connection.commit()
    with sqlite_world.source.snapshot(ANH) as snapshot:
        [user] = snapshot.rows("users")
        notes = [row["note"] for row in snapshot.rows("invoices")]
    assert values.encode(user["city"]) == {"$text": "SP91"}
    assert notes[1].encode("utf-8", "surrogateescape") == b"\xfe anh.nguyen@example.com"
    sqlite_world.source.erase(ANH, "R-1")
    assert sqlite_world.run("SELECT CAST(note AS blob) FROM invoices WHERE id = 41") == [(b"\xfe [removed]",)]
    assert sqlite_world.source.remaining(ANH) == {}


def test_values_keep_what_they_are_where_the_column_does_not_say(sqlite_world: World) -> None:
    sqlite_world.run("UPDATE bookings SET status = 5, price = 1.5, map = 'text' WHERE id = 10")
    with sqlite_world.source.snapshot(ANH) as snapshot:
        row = list(snapshot.rows("bookings"))[1]
    assert (row["status"], row["price"], row["map"]) == ("5", 1.5, "text")


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_no_byte_of_what_was_erased_is_left_in_the_files(sqlite_world: World, mode: str) -> None:
    canary = "CANARY-7f3a"
    sqlite_world.run("UPDATE users SET full_name = ?, pin = ? WHERE id = 1", canary, canary)
    sqlite_world.run("UPDATE comments SET body = ? WHERE user_id = 1", canary * 40)
    sqlite_world.run("UPDATE invoices SET billed_to = ?, note = ? WHERE user_id = 1", canary, "by " + canary.lower())
    sqlite_world.run(f"PRAGMA journal_mode = {mode}")
    folder = Path(sqlite_world.url.removeprefix("sqlite:///")).parent
    held = sqlite_world.opened()
    with held:  # as an application would, so that closing does not tidy up
        sqlite_world.source.erase(ANH, "R-1")
        sqlite_world.source.compact()
        left = [file.name for file in folder.iterdir() if canary.lower().encode() in file.read_bytes().lower()]
    assert left == []


def test_a_kill_at_any_point_leaves_all_or_nothing_and_can_be_done_again(sqlite_world: World, tmp_path: Path) -> None:
    log, before = tmp_path / "points", sqlite_world.all()
    run(sqlite_world, PORTAL_FAILPOINTS_LOG=str(log))
    points, after = log.read_text().splitlines(), without_pin(sqlite_world)
    assert [name for name in points if "commit" in name] == [
        "booking: before erasure commit",
        "booking: after erasure commit",
    ]
    for number, name in enumerate(points, start=1):
        again = World(f"sqlite:///{tmp_path / f'again-{number}.db'}")
        again.build()
        assert run(again, PORTAL_FAILPOINTS_KILL=str(number)) == -9
        done = name == "booking: after erasure commit"
        assert without_pin(again) == after if done else again.all() == before, name
        again.source.erase(ANH, "R-1")
        assert again.source.remaining(ANH) == {}
        assert without_pin(again) == after, name


def run(world: World, **environment: str) -> int:
    """Erase in a process of its own."""
    code = f"from tests.sources.world import *; World({world.url!r}).source.erase(ANH, 'R-1')"
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([sys.executable, "-c", code], env=settings, cwd=ROOT).returncode


def without_pin(world: World) -> dict[str, list[str]]:
    """Every row, but for a hash that is another one each time."""
    world.run("UPDATE users SET pin = NULL")
    return world.all()
