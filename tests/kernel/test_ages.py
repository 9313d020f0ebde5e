"""How old somebody is, and from which age they decide for themselves."""

from __future__ import annotations

import subprocess
import sys
from calendar import isleap
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel import ages

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("country", "age", "is_under"),
    [
        *(("VN", 15, True), ("DE", 15, True), ("TH", 12, True), ("ZZ", 15, True)),
        *(("VN", 16, False), ("DE", 16, False), ("TH", 13, False), ("ZZ", 16, False)),
    ],
)
def test_who_is_under_the_limit(country: str, age: int, is_under: bool) -> None:
    born = date(TODAY.year - age, TODAY.month, TODAY.day)
    assert (ages.age(born, TODAY) < ages.limit(country, TODAY, 13)) is is_under


def test_the_policys_floor_holds_where_a_country_asks_for_less() -> None:
    assert ages.limit("BR", TODAY, 13) == 13
    assert ages.limit("BR", TODAY, 0) == 12
    assert ages.limit("VN", TODAY, 18) == 18


def test_a_row_counts_from_its_day_on() -> None:
    assert ages.limit("DK", date(2023, 12, 31), 13) == 13
    assert ages.limit("DK", date(2024, 1, 1), 13) == 15


def test_a_region_without_a_row_counts_as_its_country_and_a_country_alone_may_be_taken_at_its_strictest() -> None:
    assert [ages.limit(code, TODAY, 13) for code in ("CA", "CA-QC", "CA-ON", "XX-YY")] == [13, 14, 13, 16]
    assert ages.strictest("CA", TODAY, 13) == 14
    assert ages.strictest("VN", TODAY, 13) == 16


@given(st.text(max_size=6), DAYS, st.integers(0, 21))
@settings(deadline=None)
def test_every_code_has_a_limit_not_under_the_floor(country: str, on: date, floor: int) -> None:
    assert max(floor, 10) <= ages.limit(country, on, floor) <= max(floor, 18)


def test_every_row_says_where_it_is_from() -> None:
    assert len(ages.rows()) >= 60
    for code, rows in ages.rows().items():
        for row in rows:
            assert row.source, code
            assert row.confidence in {"primary", "secondary", "unverified"}, code
        assert len({row.since for row in rows}) == len(rows), f"{code}: two rows for one day"


@given(DAYS, DAYS)
@settings(deadline=None)
def test_an_age_is_the_number_of_birthdays_since_birth(born: date, on: date) -> None:
    if on < born:
        born, on = on, born
    birthdays = [_birthday(born, year) for year in range(born.year + 1, on.year + 1)]
    assert ages.age(born, on) == sum(day <= on for day in birthdays)


def _birthday(born: date, year: int) -> date:
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) and not isleap(year) else born.replace(year=year)


@given(DAYS)
@settings(deadline=None)
def test_nobody_grows_older_by_more_than_a_year_in_a_year(born: date) -> None:
    for year in range(born.year + 1, born.year + 20):
        assert ages.age(born, date(year, 12, 31)) - ages.age(born, date(year - 1, 12, 31)) == 1


def test_who_was_born_on_29_february_is_older_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert ages.age(born, date(2026, 2, 28)) == 17
    assert ages.age(born, date(2026, 3, 1)) == 18
    assert ages.age(born, date(2028, 2, 29)) == 20


@given(DAYS, DAYS)
@settings(deadline=None)
def test_of_a_month_alone_the_age_lies_between_youngest_and_oldest(born: date, on: date) -> None:
    least, most = ages.youngest(born.year, born.month, on), ages.oldest(born.year, born.month, on)
    assert least <= ages.age(born, on) <= most <= least + 1
    assert least == most or (born.month == on.month)


def test_the_table_is_read_when_it_is_first_asked_for() -> None:
    look = "from portal.kernel import ages; print(ages._data.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "0\n"
