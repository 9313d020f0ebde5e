"""The data files of the legal clock: whole, sourced, in every language, right about what can be reckoned."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal import config
from portal.cases import deadlines, legal
from portal.cases.legal import KINDS, NAMES, calendars, spans
from portal.config import ConfigProblem
from tests.cases import moon
from tests.conftest import Portal
from tests.house.conftest import HOUSE

DAY = timedelta(days=1)
LANGUAGES = {"en", *(path.parts[-3] for path in (HOUSE / "translations").glob("*/LC_MESSAGES/messages.po"))}
SURE = {"primary", "secondary", "unverified", "computed"}
YEARS = range(2026, 2036)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_says_what_it_is_where_it_is_from_and_since_when(name: str) -> None:
    found = legal.profile(name)
    assert found.id == name
    assert found.title.keys() >= LANGUAGES
    assert found.countries
    for version in found.versions:
        assert version.law
        assert version.source.startswith("https://")
        assert date.fromisoformat(version.version) > date.min
        assert {path.partition(".")[0] for path in version.values} == set(KINDS)
        assert {value.confidence for value in version.values.values()} <= SURE
    days = [version.effective_from for version in found.versions]
    assert days == sorted(set(days))


def test_every_file_is_a_profile_that_can_be_switched_on() -> None:
    assert {path.stem for path in (HOUSE / "portal/cases/legal/data").glob("*.toml")} == set(NAMES)
    countries = [code for name in NAMES for code in legal.profile(name).countries]
    assert len(countries) == len(set(countries)), "a country with two laws of its own"


@pytest.mark.parametrize("name", NAMES)
def test_an_authority_is_named_in_every_language_and_can_be_reached(name: str) -> None:
    found = legal.profile(name)
    general = found.on(date(2026, 11, 28)).authority()
    assert general.address.keys() >= LANGUAGES
    for country in ("", *found.countries):
        authority = found.on(date(2026, 11, 28)).authority(country)
        assert authority.name.keys() >= LANGUAGES
        assert re.fullmatch(r"https://[\w.-]+(/[\w/-]*)?", authority.url)


def test_every_state_of_europe_has_an_authority_of_its_own() -> None:
    europe = legal.profile("eu").on(date(2026, 11, 28))
    named = {path.removeprefix("authority-")[:2] for path in europe.values if path.startswith("authority-")}
    assert len(named) == 30
    assert named <= europe.profile.countries
    assert europe.authority("RE") == europe.authority(""), "a region without one has the general one"


@pytest.mark.parametrize("name", NAMES)
def test_a_holiday_has_a_source_a_confidence_and_days_that_exist(name: str) -> None:
    for holiday in legal.profile(name).holidays:
        assert holiday.title
        assert holiday.source
        assert holiday.confidence in SURE
        assert any(holiday.of(year) for year in YEARS)
        assert holiday.besides <= legal.profile(name).countries


def test_a_file_with_a_slip_is_refused() -> None:
    usual = {"title": "A day", "confidence": "unverified"}
    for slip in (
        {},
        {"rule": "05-01", "days": [date(2026, 5, 1)]},
        {"rule": "fifth monday of may"},
        {"rule": "13-01"},
        {"rule": "05-01", "observed": "monday"},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each of its own words
            calendars.read({**usual, **slip}, "a law")


def test_words_of_time_are_read_or_refused() -> None:
    assert spans.parse("10 business days") == spans.Span(10, "working day")
    assert spans.parse("1 month") == spans.Span(1, "month")
    assert spans.parse("none") is None
    for words in ("", "two days", "1 year", "3.5 days", "1000 days", "367 days", "3 days "):
        with pytest.raises(ValueError, match="is no span"):
            spans.parse(words)


def test_tet_is_listed_as_sun_and_moon_have_it_however_the_government_lays_its_five_days() -> None:
    listed = set(_holiday("Tết").days)
    for year in YEARS[1:]:
        first = moon.new_year(year)
        assert not moon.near_midnight(first)
        each = [_five_days(first, before) for before in (1, 2, 3)]
        assert {day for day in listed if day.year == year} == set.intersection(*each)


def test_the_new_years_of_the_moon_are_those_that_are_known() -> None:
    known = {
        2020: "01-25", 2021: "02-12", 2022: "02-01", 2023: "01-22", 2024: "02-10", 2025: "01-29", 2026: "02-17",
        2027: "02-06", 2028: "01-26", 2029: "02-13", 2030: "02-02", 2031: "01-23", 2032: "02-11", 2033: "01-31",
        2034: "02-19", 2035: "02-08",
    }  # fmt: skip
    assert {year: f"{moon.new_year(year):%m-%d}" for year in known} == known
    assert moon.new_year(2007) == date(2007, 2, 17), "as in Viet Nam; in China it was the 18th"


def test_hung_kings_is_the_tenth_of_the_third_month() -> None:
    assert moon.day_of(2023, 3, 10) == date(2023, 4, 29), "after a leap month"
    assert moon.day_of(2025, 3, 10) == date(2025, 4, 7)
    assert [moon.day_of(year, 3, 10) for year in YEARS] == list(_holiday("Hùng Kings").days)
    assert not any(moon.near_midnight(moon.day_of(year, 3, 1)) for year in YEARS)


def test_easter_is_when_it_was_and_will_be() -> None:
    known = [
        date(1818, 3, 22), date(1943, 4, 25), date(1954, 4, 18), date(1981, 4, 19), date(2000, 4, 23),
        date(2008, 3, 23), date(2019, 4, 21), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5),
        date(2027, 3, 28), date(2038, 4, 25),
    ]  # fmt: skip
    assert [calendars.easter(day.year) for day in known] == known


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("first monday of may", date(2026, 5, 4)),
        ("last monday of may", date(2026, 5, 25)),
        ("last monday of august", date(2026, 8, 31)),  # a fifth Monday
        ("fourth thursday of november", date(2026, 11, 26)),
        ("third monday of january", date(2026, 1, 19)),
        ("easter-2", date(2026, 4, 3)),
        ("06-19", date(2026, 6, 19)),
    ],
)
def test_a_rule_names_its_day(rule: str, day: date) -> None:
    assert calendars.by_rule(rule, 2026) == day


def test_bank_holidays_are_those_that_were_announced() -> None:
    free = sorted(day for day in calendars.free_days(legal.profile("gb").holidays, 2026) if day.weekday() < 5)
    assert free == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31),
        date(2026, 12, 25), date(2026, 12, 28),
    ]  # fmt: skip
    made_up = calendars.free_days(legal.profile("gb").holidays, 2022)
    assert {date(2022, 12, 26), date(2022, 12, 27)} <= made_up.keys(), "Christmas on a Sunday"


def test_a_saturday_is_not_made_up_for_in_california() -> None:
    free = calendars.free_days(legal.profile("us-ca").holidays, 2026)
    assert date(2026, 7, 4) in free  # a Saturday
    assert date(2026, 7, 3) not in free
    assert date(2027, 7, 5) in calendars.free_days(legal.profile("us-ca").holidays, 2027)  # for a Sunday


def test_a_site_that_names_an_unknown_law_does_not_start(portal: Portal) -> None:
    deadlines.check(config.site())
    with pytest.raises(ConfigProblem, match="no profile uk"):
        deadlines.check(replace(config.site(), profiles=("vn", "uk")))


def _holiday(title: str) -> calendars.Holiday:
    return next(holiday for holiday in legal.profile("vn").holidays if holiday.title == title)


def _five_days(first: date, before: int) -> set[date]:
    """Return the working days that are free when so many of the five lie before the new year (Labour Code, 111(3))."""
    free = {first + number * DAY for number in range(-before, 5 - before)}
    for day in sorted(day for day in free if day.weekday() >= 5):
        while day.weekday() >= 5 or day in free:
            day += DAY
        free.add(day)
    return {day for day in free if day.weekday() < 5}
