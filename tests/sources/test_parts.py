"""Erasing single tables: what goes with one, what lets go of it, and that all else stays as it was."""

import pytest

from tests.sources.world import ANH, BINH, World


@pytest.mark.parametrize(
    ("table", "with_it"),
    [
        ("bookings", ("guests_of_mine", "notes")),
        ("comments", ("answers",)),
        ("invoices", ("invoice_lines",)),
        ("newsletter", ()),
        ("my_seats", ()),
    ],
)
def test_a_table_takes_with_it_what_is_reached_through_it(world: World, table: str, with_it: tuple[str, ...]) -> None:
    assert world.source.goes_with(table) == with_it


def test_the_subjects_table_takes_all_that_links_to_it(world: World) -> None:
    unlinked = {"users", "newsletter", "callers"}
    assert set(world.source.goes_with("users")) == set(world.source.manifest.tables) - unlinked


@pytest.mark.parametrize("table", ["bookings", "comments", "newsletter", "callers", "my_seats"])
def test_only_the_tables_named_change_and_what_stays_lets_go_of_them(world: World, table: str) -> None:
    source = world.source
    going = {table, *source.goes_with(table)}
    real = {source.manifest.tables[name].real for name in going}
    before = world.all()
    others = {name: rows for name, rows in source.remaining(BINH).items() if name != "my_seats"}  # guests of hers go
    assert sum(source.remaining(ANH, going).values()) > 0
    source.erase(ANH, "R-1", going)
    assert source.remaining(ANH, going) == {}
    after = world.all()
    changed = {name for name, rows in before.items() if rows != after[name]}
    assert changed <= real | {"users"}, "a row that stays may only let go of one that went"
    assert changed & real
    [(email, name)] = world.run("SELECT email, full_name FROM users WHERE id = 1")
    assert (email, name) == ("Anh.Nguyen@Example.com", "Nguyễn Thị Ánh"), "the person's own row only lets go"
    assert source.remaining(BINH).items() >= others.items()
    assert source.find(ANH.identifiers[0]) == [(1,)], "the person is still known there"
    source.erase(ANH, "R-2")
    assert source.remaining(ANH) == {}, "what stayed can still be erased later"
