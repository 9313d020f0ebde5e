"""How old somebody is, and from which age they decide for themselves (RULES §16).

The ages of countries are data (`data/ages.toml`), each with its source; they are read when first asked for. What staff
changed since lies above them, by day (`edits.py`): whoever asks for somebody real passes `edits.made()`.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from portal import config

_DATA = Path(__file__).parents[1] / "data" / "ages.toml"


@dataclass(frozen=True)
class Row:
    """The age of one country from one day on; without a day, ever since. `confidence` says how well it was read."""

    age: int
    source: str
    confidence: str
    since: date = date.min


@dataclass(frozen=True)
class Change:
    """What staff changed: the age of a country from a day on, over the file; a newer row of the file overtakes it."""

    country: str
    row: Row


def limit(country: str, on: date, floor: int | None = None, changes: Sequence[Change] = ()) -> int:
    """Return the age that somebody in a country needs on a day: the local one, at least the floor of the site's policy.

    `country` is an ISO 3166 code; a region such as CA-QC without a row of its own counts as its country, and a code
    without any row at 16.
    """
    found = row(country, on, changes)
    least = floor_of_site() if floor is None else floor
    return max(least, found.age if found else unknown())


def floor_of_site() -> int:
    """Return the age that the site's own policy asks for at least."""
    return config.site().age_floor


def strictest(country: str, on: date, floor: int | None = None, changes: Sequence[Change] = ()) -> int:
    """Return the highest limit of a country and its regions, for whoever told the country alone."""
    known = {*rows(), *(change.country for change in changes)}
    parts = [code for code in known if code.startswith(f"{country}-")]
    return max(limit(code, on, floor, changes) for code in (country, *parts))


def row(country: str, on: date, changes: Sequence[Change] = ()) -> Row | None:
    """Return the row that counts for a country on a day, with its source; None where nothing is known of it."""
    for code in dict.fromkeys((country, country.partition("-")[0])):
        changed = [change.row for change in changes if change.country == code]
        known = sorted((*rows().get(code, ()), *changed), key=lambda one: one.since)
        come = [one for one in known if one.since <= on]
        if known and (come or rows().get(code)):
            return come[-1] if come else known[0]
    return None


def unknown() -> int:
    """Return the age that counts where nothing is known of a country."""
    return int(_data()["unknown"])


def age(born: date, on: date) -> int:
    """Return the full years of somebody on a day; who was born on 29 February is older on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def youngest(year: int, month: int, on: date) -> int:
    """Return the least age of somebody of whom the month of birth is known alone."""
    return age(date(year, month, monthrange(year, month)[1]), on)


def oldest(year: int, month: int, on: date) -> int:
    """Return the highest age of somebody of whom the month of birth is known alone."""
    return age(date(year, month, 1), on)


@cache
def rows() -> dict[str, tuple[Row, ...]]:
    """Return the rows of every country and region that has any, the oldest first."""
    made = {code: [Row(**row) for row in listed] for code, listed in _data()["countries"].items()}
    return {code: tuple(sorted(listed, key=lambda row: row.since)) for code, listed in made.items()}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
