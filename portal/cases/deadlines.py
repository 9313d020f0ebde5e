"""When a request must be acknowledged and completed (RULES §1): pure functions over a profile, and profiles are data.

A day counts where the site is: what arrives at 23:30 in London arrives the next day in Ho Chi Minh City.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Profile:
    """The times that one country's law gives: where they are from, since when they hold, and its public holidays."""

    id: str
    title: Mapping[str, str]
    law: str
    source: str
    version: str
    effective_from: date
    acknowledge_working_days: int
    complete_days: Mapping[str, int]
    holidays: frozenset[date]


@cache
def profile(name: str) -> Profile:
    """Return a profile by its name, such as "vn"; FileNotFoundError where there is none."""
    raw = tomllib.loads((resources.files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8"))
    free = frozenset(day for year in raw.pop("holidays") for day in year["days"])
    return Profile(**raw, holidays=free)


def names() -> list[str]:
    """Return the profiles there are."""
    files = (file.name for file in (resources.files(__package__) / "data").iterdir())
    stems = sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml"))
    return [stem for stem in stems if stem not in ("help", "replies")]


def acknowledge_by(rules: Profile, received: datetime, zone: str) -> date:
    """Return the last day for saying that a request has arrived; the day it arrives is not counted."""
    day = received_on(received, zone)
    for _ in range(rules.acknowledge_working_days):
        day = _next_working_day(rules, day)
    return day


def complete_by(rules: Profile, kind: str, received: datetime, zone: str) -> date:
    """Return the last day for completing a request of a kind, in calendar days; KeyError for an unknown kind."""
    return received_on(received, zone) + rules.complete_days[kind] * _DAY


def received_on(received: datetime, zone: str) -> date:
    """Return the day on which a moment falls where the site is."""
    return received.astimezone(ZoneInfo(zone)).date()


def is_working_day(rules: Profile, day: date) -> bool:
    """Tell a working day from a weekend or a public holiday."""
    return day.weekday() < _SATURDAY and day not in rules.holidays


def _next_working_day(rules: Profile, day: date) -> date:
    day += _DAY
    while not is_working_day(rules, day):
        day += _DAY
    return day
