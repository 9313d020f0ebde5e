"""A value becomes another only in the person's own row and only where the old one still stands, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Change, Source
from portal.sources.manifest import ManifestProblem, parse
from tests.sources.test_manifest import GOOD, changed
from tests.sources.world import ANH, BINH, MANIFEST, World

NAME = "columns.full_name = { erase"
CORRECTABLE = (
    MANIFEST.replace(NAME, 'columns.full_name = { correct = "self", detail = "name", erase')
    .replace('columns.birth = { erase = "null"', 'columns.birth = { correct = "review", kind = "date", erase = "null"')
    .replace("columns.email = { erase", 'columns.email = { correct = "review", kind = "email", erase')
    .replace("columns.name = { erase", 'columns.name = { correct = "self", erase')
)


@pytest.fixture
def source(world: World) -> Source:
    return world.connected(CORRECTABLE)


def change(column: str, old: str | None, new: str, key: int = 1) -> Change:
    return Change("users", column, (key,), old, new)


def row(world: World, key: int) -> tuple[Any, ...]:
    return tuple(map(str, world.run("SELECT full_name, birth, email FROM users WHERE id = ?", key)[0]))


def test_every_value_is_read_with_its_row(source: Source) -> None:
    found = {(held.table, held.column, held.key): held.value for held in source.details(ANH)}
    assert found["users", "full_name", (1,)] == "Nguyễn Thị Ánh"
    assert found["users", "birth", (1,)] == "1990-02-28"
    assert {table for table, _, _ in found} == {"users", "my_seats"}
    assert all(key == (1,) for table, _, key in found if table == "users")


def test_a_value_is_written_once_and_a_repetition_says_the_same(world: World, source: Source) -> None:
    wanted = change("full_name", "Nguyễn Thị Ánh", "Nguyễn Ánh")
    before = row(world, 2)
    assert [source.correct(ANH, wanted, "r1") for _ in range(2)] == ["written", "written"]
    assert row(world, 1)[0] == "Nguyễn Ánh"
    assert source.correct(ANH, change("birth", "1990-02-28", "1990-03-01"), "r2") == "written"
    assert row(world, 1)[1] == "1990-03-01"
    assert row(world, 2) == before


def test_what_changed_meanwhile_is_left_as_it_is(world: World, source: Source) -> None:
    before = row(world, 1)
    assert source.correct(ANH, change("full_name", "Somebody", "Else"), "r1") == "differs"
    assert source.correct(ANH, change("full_name", None, "Else"), "r2") == "differs"
    assert row(world, 1) == before


def test_nobody_writes_into_the_row_of_another(world: World, source: Source) -> None:
    before = row(world, 2)
    assert source.correct(ANH, change("full_name", "Trần Bình", "Mine", key=2), "r1") == "differs"
    assert source.correct(BINH, change("full_name", "Nguyễn Thị Ánh", "Mine", key=1), "r2") == "differs"
    assert row(world, 2) == before


def test_only_what_the_manifest_names_is_written(world: World, source: Source) -> None:
    with pytest.raises(SourceUnavailable) as refused:
        source.correct(ANH, change("pin", "1234", "0000"), "r1")
    assert refused.value.permanent
    assert world.run("SELECT pin FROM users WHERE id = 1") == [("1234",)]


def test_a_value_is_never_taken_for_sql(world: World, source: Source) -> None:
    new = "'); DROP TABLE users; -- %s ? {x}"
    assert source.correct(ANH, change("full_name", "Nguyễn Thị Ánh", new), "r1") == "written"
    assert row(world, 1)[0] == new


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("columns.code = { erase", 'columns.code = { correct = "self", erase', "Its values must differ, so somebody"),
        ("columns.best_booking = { erase", 'columns.best_booking = { correct = "review", erase', "cannot be corrected"),
        ("columns.user_id = { erase", 'columns.user_id = { correct = "review", erase', "It holds rows together"),
    ],
)
def test_what_cannot_be_corrected_as_asked_is_found_before(world: World, old: str, new: str, error: str) -> None:
    found = [str(finding) for finding in world.connected(MANIFEST.replace(old, new)).check()]
    assert any(error in line and line.startswith("error") for line in found), found


def test_a_column_that_the_database_makes_cannot_be_corrected(world: World) -> None:
    made = "varchar(200) GENERATED ALWAYS AS (upper(full_name))"
    world.run(f"ALTER TABLE users ADD COLUMN shout {made} " + ("VIRTUAL" if world.engine == "sqlite" else "STORED"))
    toml = MANIFEST.replace("columns.birth", 'columns.shout = { correct = "self" }\ncolumns.birth')
    assert any("makes this column itself, so" in str(finding) for finding in world.connected(toml).check())


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("email", {"correct": "self"}, "is what a person is found by"),
        ("name", {"correct": "perhaps"}, "is none of its words"),
        ("name", {"correct": "self", "kind": "colour"}, "is none of its words"),
        ("name", {"correct": "self", "export": False}, "is for people, who are not shown"),
    ],
)
def test_a_manifest_that_would_let_people_do_harm_is_refused(column: str, value: Any, sentence: str) -> None:
    table = GOOD["subject"]["table"]
    with pytest.raises(ManifestProblem, match=sentence):
        parse(changed(f"tables/{table}/columns/{column}", value), "a.toml")


def test_false_is_as_if_it_were_left_out() -> None:
    table = GOOD["subject"]["table"]
    read = parse(changed(f"tables/{table}/columns/name", {"correct": False}), "a.toml")
    assert not read.tables[table].correctable
