"""Kept rows whose date has come: whose they are, and that these rows go and no others, on every engine."""

from contextlib import closing
from datetime import date

import pytest

from portal.sources.base import Person
from portal.sources.keeping import first_kept, kept_until
from tests.sources.world import ANH, MANIFEST, World
from tests.sources.zoo import Build


@pytest.fixture
def world(any_world: World) -> World:
    return any_world


def due(world: World, table: str, today: date) -> list[Person]:
    with closing(world.source.overdue(table, today)) as found:
        return sorted(found, key=str)


def test_rows_come_to_their_date_the_day_after_the_last_on_which_they_are_kept(world: World) -> None:
    assert due(world, "invoices", date(2030, 3, 1)) == []
    assert due(world, "invoices", date(2030, 3, 2)) == [Person(((1,),))]
    assert due(world, "invoices", date(2035, 5, 2)) == [Person(((1,),))]
    assert due(world, "invoices", date(2035, 5, 3)) == [Person(((1,),)), Person(((2,),))]


def test_they_go_with_what_hangs_on_them_and_nobody_elses_do(world: World) -> None:
    world.source.erase(ANH, "R-1")
    before = world.all()
    assert world.source.expire("invoices", [Person(((1,),))], date(2030, 3, 1)) == 0
    assert world.all() == before
    assert world.source.expire("invoices", [Person(((1,),))], date(2030, 3, 2)) == 2
    assert world.run("SELECT id FROM invoices ORDER BY id") == [(41,), (42,)]
    assert world.run("SELECT id FROM invoice_lines") == [(51,)]
    assert world.source.expire("invoices", [Person(((1,),))], date(2030, 3, 2)) == 0
    assert {table: rows for table, rows in world.all().items() if "invoice" not in table} == {
        table: rows for table, rows in before.items() if "invoice" not in table
    }


def test_a_row_stays_while_what_hangs_on_it_is_kept_for_longer(world: World) -> None:
    kept = 'keep = { reason = "Accounting law" }'
    world.run("ALTER TABLE invoice_lines ADD COLUMN paid_on date")
    world.run("UPDATE invoice_lines SET paid_on = '2029-06-30'")
    longer = kept.replace(" }", ', until = { column = "paid_on", years = 2 } }')
    world.source = world.connected(MANIFEST.replace(kept, longer))
    both = [Person(((1,),)), Person(((2,),))]
    assert world.source.expire("invoices", both, date(2031, 6, 30)) == 0
    assert due(world, "invoice_lines", date(2031, 7, 1)) == both, "they are found through the invoices"
    assert world.source.expire("invoice_lines", both, date(2031, 7, 1)) == 2
    assert world.source.expire("invoices", both, date(2031, 7, 1)) == 1
    assert world.run("SELECT id FROM invoices ORDER BY id") == [(41,), (42,)]


def test_rows_without_a_link_are_known_by_the_address_on_them(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE consents (address varchar(80), given date)",
            "INSERT INTO consents VALUES ('ANH@example.com', '2020-01-01'), ('binh@example.com', '2020-01-01'),"
            " ('anh@example.com', '2024-01-01'), (NULL, '2020-01-01')",
        ],
        '[tables.consents]\nmatch = { email = "address" }\nerase = "keep"\n'
        'keep = { reason = "Proof", until = { column = "given", years = 3 }, of = "everybody" }\n',
    )
    today = date(2026, 1, 1)
    with closing(made.source.overdue("consents", today)) as found:
        people = {person.identifiers[0].value: person for person in found}
    assert people.keys() == {"anh@example.com", "binh@example.com"}
    assert made.source.expire("consents", [people["anh@example.com"]], today) == 1
    assert made.run("SELECT count(*) FROM consents") == [(3,)]


@pytest.mark.parametrize("years", [0, 1, 4, 10])
def test_the_limit_is_the_day_that_the_preview_promises(years: int) -> None:
    days = [date(year, month, day) for year in range(2019, 2026) for month, day in ((2, 28), (3, 1), (12, 31), (1, 1))]
    for dated in [*days, date(2020, 2, 29), date(2024, 2, 29)]:
        until = kept_until(dated, years)
        assert until
        for today in [*days, *(day.replace(year=day.year + years) for day in days), until]:
            if dated < first_kept(today, years):
                assert today > until, (dated, today)
            elif (today - until).days > 1:
                raise AssertionError(f"{dated} is kept beyond {until} on {today}")
