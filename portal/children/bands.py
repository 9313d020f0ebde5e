"""How old a child is by the month of birth alone, and who is told, consents and decides then.

A month without a day is read both ways: somebody counts as a child while they may still be one, and an automatic step
rests only on what is so in either reading. Between the two more people are asked, never fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.kernel import ages
from portal.kernel.ages import edits

SMALL, YOUNG, TEEN, REACHED, GROWN = "under 7", "7 to 12", "13 to the limit", "reached", "grown"
CONSENTS_TOO = 7  # from this age the child is asked beside the parent (RULES K6)
TEENAGER = 13
CHILD, PARENT = "child", "parent"
_BOTH = frozenset({CHILD, PARENT})


@dataclass(frozen=True)
class Say:
    """Who is told of what happens to the account, whose consent it takes, and who decides."""

    told: frozenset[str]
    consents: frozenset[str]
    decides: frozenset[str]


SAYS = {
    SMALL: Say(frozenset({PARENT}), frozenset({PARENT}), frozenset({PARENT})),
    YOUNG: Say(_BOTH, _BOTH, frozenset({PARENT})),
    TEEN: Say(_BOTH, _BOTH, _BOTH),
    REACHED: Say(frozenset({CHILD}), frozenset({CHILD}), frozenset({CHILD})),
    GROWN: Say(frozenset({CHILD}), frozenset({CHILD}), frozenset({CHILD})),
}


def band(age: int, limit: int, age_before: int | None = None) -> str:
    """Return the stage of one age; `age_before` is that on the day of the report, if it was made some time ago."""
    if age >= limit:
        return REACHED if age_before is not None and age_before < limit else GROWN
    return SMALL if age < CONSENTS_TOO else YOUNG if age < TEENAGER else TEEN


def stages(year: int, month: int, limit: int, on: date, reported: date) -> tuple[str, ...]:
    """Return the stages that somebody born in a month may be in on a day, one or two, the younger reading first.

    `limit` is the age that counted on the day of the report (Report.age_limit).
    """
    young = band(ages.youngest(year, month, on), limit, ages.youngest(year, month, reported))
    old = band(ages.oldest(year, month, on), limit, ages.oldest(year, month, reported))
    return tuple(dict.fromkeys((young, old)))


def say(stages_: tuple[str, ...]) -> Say:
    """Return who has a say where either stage may hold: everybody who has one in either."""
    each = [SAYS[stage] for stage in stages_]
    return Say(
        frozenset().union(*(one.told for one in each)),
        frozenset().union(*(one.consents for one in each)),
        frozenset().union(*(one.decides for one in each)),
    )


def may_be_child(year: int, month: int, limit: int, on: date) -> bool:
    """Tell whether somebody born in a month may still be under the limit."""
    return ages.youngest(year, month, on) < limit


def is_child(year: int, month: int, limit: int, on: date) -> bool:
    """Tell whether somebody born in a month is under the limit in either reading."""
    return ages.oldest(year, month, on) < limit


def by_itself(country: str, year: int, month: int, limit: int, on: date) -> bool:
    """Tell whether a step may happen without staff; else it is a suggestion.

    Only under 13, whatever the country, or under the limit of a row that an admin has signed off.
    """
    return is_child(year, month, TEENAGER, on) or (is_child(year, month, limit, on) and edits.signed_off(country, on))


def limit_of(country: str, on: date) -> int:
    """Return the age that counts in a country on a day: the local one and at least 13; 16 where none is known."""
    return edits.limit(country, on, max(TEENAGER, ages.floor_of_site()))
