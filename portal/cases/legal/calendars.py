"""Which days are worked: weekends, and public holidays that are data, listed or told by a rule (RULES D3).

Only days that are certain are in the data. One that is missing makes a date earlier, never later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ORDER = ("first", "second", "third", "fourth")
_FIXED = re.compile(r"(\d\d)-(\d\d)")
_EASTER = re.compile(r"easter([+-]\d{1,2})?")
_NAMED = re.compile(rf"({'|'.join(_ORDER)}|last) ({'|'.join(_WEEKDAYS)}) of ({'|'.join(_MONTHS)})")


@dataclass(frozen=True, eq=False)  # compared by identity, so that the days of a year can be kept for it
class Holiday:
    """A public holiday: listed `days`, or a `rule` that names one day a year from the year `since` to `until`.

    `observed` says what follows when it falls on a weekend: "next" (the next day that would be worked is free instead),
    "sunday" (so only for a Sunday) or "never". `besides` names the countries of the profile that do not keep it.
    """

    title: str
    source: str
    confidence: str
    days: tuple[date, ...] = ()
    rule: str = ""
    observed: str = "never"
    since: int = 1
    until: int = 9999
    besides: frozenset[str] = frozenset()

    def of(self, year: int) -> tuple[date, ...]:
        """Return its days in a year, before any is made up for."""
        if not self.rule:
            return tuple(day for day in self.days if day.year == year)
        return (by_rule(self.rule, year),) if self.since <= year <= self.until else ()


@dataclass(frozen=True)
class Calendar:
    """The holidays of one profile; `changed` are single days that staff have set free or working since."""

    holidays: tuple[Holiday, ...] = ()
    changed: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date, country: str = "") -> bool:
        """Tell a working day from a weekend or a public holiday."""
        if day in self.changed:
            return not self.changed[day]
        return day.weekday() < _SATURDAY and day not in free_days(self.holidays, day.year, country)

    def next_working_day(self, day: date, country: str = "") -> date:
        """Return the first working day after a day."""
        return self.rolled(day + _DAY, country)

    def rolled(self, day: date, country: str = "") -> date:
        """Return a day if it is worked, else the first working day after it."""
        while not self.is_working_day(day, country):
            day += _DAY
        return day


def read(raw: Mapping[str, Any], source: str) -> Holiday:
    """Return a holiday as a data file says it; ValueError or TypeError for what is none."""
    known = dict(raw)
    known["days"] = tuple(known.get("days", ()))
    known["besides"] = frozenset(known.get("besides", ()))
    made = Holiday(**{"source": source, **known})
    if bool(made.rule) == bool(made.days) or made.observed not in {"next", "sunday", "never"}:
        raise ValueError(f"{made.title}: give either a rule or days, and say how a weekend is made up for")
    if made.rule:
        by_rule(made.rule, 2028)
    return made


def by_rule(rule: str, year: int) -> date:
    """Return the day of a year by a rule: "05-01", "easter+1" or "last monday of may"; ValueError for any other."""
    if found := _FIXED.fullmatch(rule):
        return date(year, int(found[1]), int(found[2]))
    if found := _EASTER.fullmatch(rule):
        return easter(year) + int(found[1] or 0) * _DAY
    if found := _NAMED.fullmatch(rule):
        return _named(year, _MONTHS.index(found[3]) + 1, _WEEKDAYS.index(found[2]), found[1])
    raise ValueError(f"{rule!r} is no rule for a day of the year")


def easter(year: int) -> date:
    """Return Easter Sunday of the western churches: the first Sunday after the full moon of the church's tables."""
    golden, century = year % 19, year // 100
    solar, lunar = century - century // 4, (8 * century + 13) // 25
    epact = (19 * golden + solar - lunar + 15) % 30
    epact -= (epact == 29) or (epact == 28 and golden > 10)
    full_moon = date(year, 3, 21) + epact * _DAY
    return full_moon + (_SUNDAY - full_moon.weekday() or 7) * _DAY


def _named(year: int, month: int, weekday: int, which: str) -> date:
    first = date(year, month, 1)
    first += (weekday - first.weekday()) % 7 * _DAY
    if which != "last":
        return first + _ORDER.index(which) * 7 * _DAY
    fifth = first + 28 * _DAY
    return fifth if fifth.month == month else fifth - 7 * _DAY


@lru_cache(maxsize=512)
def free_days(holidays: tuple[Holiday, ...], year: int, country: str = "") -> Mapping[date, Holiday]:
    """Return the free days of a year, with those that make up for a weekend: each the next that is not free already."""
    kept = [holiday for holiday in holidays if country.partition("-")[0] not in holiday.besides]
    free = {day: holiday for holiday in kept for day in holiday.of(year)}
    for day, holiday in sorted(_made_up_for(kept, year), key=lambda found: found[0]):
        while day.weekday() >= _SATURDAY or day in free:
            day += _DAY
        free[day] = holiday
    return free


def _made_up_for(holidays: list[Holiday], year: int) -> Iterator[tuple[date, Holiday]]:
    first = {"next": _SATURDAY, "sunday": _SUNDAY, "never": _SUNDAY + 1}
    for holiday in holidays:
        yield from ((day, holiday) for day in holiday.of(year) if day.weekday() >= first[holiday.observed])
