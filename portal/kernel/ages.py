"""How old somebody is, and from which age they decide for themselves (RULES §16).

The ages of countries are data (`data/ages.toml`), each with its source; they are read when first asked for.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from portal import config
from portal.kernel import clock

_DATA = Path(__file__).parent / "data" / "ages.toml"


@dataclass(frozen=True)
class Row:
    """The age of one country from one day on; without a day, ever since. `confidence` says how well it was read."""

    age: int
    source: str
    confidence: str
    since: date = date.min


def limit(country: str, on: date, floor: int | None = None) -> int:
    """Return the age that somebody in a country needs on a day: the local one, at least the floor of the site's policy.

    `country` is an ISO 3166 code; a region such as CA-QC without a row of its own counts as its country.
    """
    return max(config.site().age_floor if floor is None else floor, _local(country, on))


def strictest(country: str, on: date, floor: int | None = None) -> int:
    """Return the highest limit of a country and its regions, for whoever told the country alone."""
    parts = [code for code in rows() if code.startswith(f"{country}-")]
    return max(limit(code, on, floor) for code in (country, *parts))


def age(born: date, on: date) -> int:
    """Return the full years of somebody on a day; who was born on 29 February is older on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def youngest(year: int, month: int, on: date) -> int:
    """Return the least age of somebody of whom the month of birth is known alone."""
    return age(date(year, month, monthrange(year, month)[1]), on)


def oldest(year: int, month: int, on: date) -> int:
    """Return the highest age of somebody of whom the month of birth is known alone."""
    return age(date(year, month, 1), on)


def today() -> date:
    """Return the day that it is where the site is at home."""
    return clock.now().astimezone(ZoneInfo(config.site().timezone)).date()


@cache
def rows() -> dict[str, tuple[Row, ...]]:
    """Return the rows of every country and region that has any, the oldest first."""
    made = {code: [Row(**row) for row in listed] for code, listed in _data()["countries"].items()}
    return {code: tuple(sorted(listed, key=lambda row: row.since)) for code, listed in made.items()}


def _local(country: str, on: date) -> int:
    known = rows().get(country) or rows().get(country.partition("-")[0], ())
    if not known:
        return int(_data()["unknown"])
    return next((row.age for row in reversed(known) if row.since <= on), known[0].age)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
