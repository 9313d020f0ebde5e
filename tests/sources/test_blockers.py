"""What stands in the way says its sum, its way out and where it is settled; others who are touched are counted."""

import pytest

from portal.sources.manifest import ManifestProblem
from tests.sources.world import ANH, BINH, MANIFEST, World

STOP = 'blocks = { kind = "stop", when = "paid = {false}", say = "{rows} invoices are unpaid." }'


def toml(world: World, block: str, table: str = "invoices") -> str:
    """Return the manifest with another block, or with one more key in a table."""
    if table == "invoices":
        return MANIFEST.replace(STOP, block)
    return MANIFEST.replace(f"[tables.{table}]\n", f"[tables.{table}]\n{block}\n")


def test_a_sum_has_its_currency_and_an_address_its_row(world: World) -> None:
    block = (
        'blocks = { kind = "warn", when = "id = 40", say = "{number}: {amount}", money = { amount = "VND" }, '
        'way_out = { en = "Pay it.", vi = "Hãy trả." }, url = "https://example.com/{number}?x" }'
    )
    found = [blocker for blocker in world.connected(toml(world, block)).preview(ANH).blockers if blocker.way_out]
    [blocker] = found
    assert blocker.money == {"amount": "VND"}
    assert blocker.way_out
    assert blocker.way_out.in_("vi") == "Hãy trả."
    assert blocker.url.startswith("https://example.com/")
    assert " " not in blocker.url


def test_the_address_of_a_subscription_is_that_of_its_store(world: World) -> None:
    world.run("UPDATE invoices SET number = 'apple' WHERE id = 40")
    world.run("UPDATE invoices SET number = 'other' WHERE id = 41")
    block = (
        'blocks = { kind = "warn", when = "1 = 1", say = "A subscription runs.", '
        'url = { by = "number", apple = "https://apps.apple.com/account/subscriptions", google = "https://play" } }'
    )
    found = world.connected(toml(world, block)).preview(ANH).blockers
    assert [blocker.url for blocker in found if str(blocker.say) == "A subscription runs."] == [
        "https://apps.apple.com/account/subscriptions",
        "",
    ]


def test_others_who_are_touched_are_counted_for_this_person_alone(world: World) -> None:
    block = 'affects = { table = "guests_of_mine", when = "seat > 0", say = "{people} guests", then = "hand-over" }'
    source = world.connected(toml(world, block, "bookings"))
    rows = {line.table: line.rows for line in source.preview(ANH).lines}
    [affected] = source.preview(ANH).affected
    assert (affected.table, affected.then) == ("bookings", "hand-over")
    assert 0 < int(affected.facts["people"]) <= rows["guests_of_mine"]
    assert not any(found.facts == affected.facts and found is affected for found in source.preview(BINH).affected)
    assert not [finding for finding in source.check() if "affects" in finding.say]


def test_a_condition_that_the_engine_refuses_is_found_before_anybody_deletes(world: World) -> None:
    block = 'affects = { table = "guests_of_mine", when = "no_such_column > 0", say = "{people} guests" }'
    assert any(
        "affects.when is refused" in found.say for found in world.connected(toml(world, block, "bookings")).check()
    )
    block = 'blocks = { kind = "warn", when = "1 = 1", say = "x", money = { amount = "no_such_column" } }'
    assert any(found.column == "no_such_column" for found in world.connected(toml(world, block)).check())


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ('affects = { table = "nowhere", when = "1 = 1", say = "x" }', "no table here"),
        ('affects = { table = "bookings", say = "x" }', "is no condition"),
        ('affects = { table = "bookings", when = "1 = 1" }', "is missing"),
        ('affects = { table = "bookings", when = "1 = 1", say = "x", then = "nothing" }', "none of its words"),
        ('blocks = { kind = "warn", when = "1 = 1", say = "x", url = "javascript:1" }', "is no address"),
        ('blocks = { kind = "warn", when = "1 = 1", say = "x", url = { apple = "https://x" } }', "is missing"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(sqlite_world: World, block: str, wrong: str) -> None:
    with pytest.raises(ManifestProblem, match=wrong):
        sqlite_world.connected(toml(sqlite_world, block, "newsletter"))
