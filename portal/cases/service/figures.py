"""What a year of requests looks like in numbers (RULES S3): counted by the database, with nobody in them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from portal.kernel import clock
from portal.kernel.db import is_sqlite, run, written

MONTHS = 12
ALL = "all"
FEW = 5  # a count below this is not published: with a little knowledge of a space it could point at somebody
_COUNTED = "NOT is_test AND duplicate_of IS NULL"
_DAYS_SQLITE = "CAST(julianday(closed_at) - julianday(received_at) AS INTEGER)"
_DAYS_POSTGRES = "CAST(EXTRACT(DAY FROM closed_at - received_at) AS INTEGER)"


@dataclass(frozen=True)
class Month:
    """One month: how many requests arrived in it, and how many of any month were completed, refused or ended else."""

    first: date
    received: int = 0
    fulfilled: int = 0
    denied: int = 0
    other: int = 0


@dataclass(frozen=True)
class Kind:
    """One kind over the whole time; `median` and `ninetieth` are whole days from receipt to the end, None without any.

    Nine of ten were answered within `ninetieth` days.
    """

    id: str
    received: int
    fulfilled: int
    denied: int
    open: int
    overdue: int
    median: int | None
    ninetieth: int | None


@dataclass(frozen=True)
class Figures:
    """The last twelve months, the present one included, as of now."""

    as_of: datetime
    months: tuple[Month, ...]
    kinds: tuple[Kind, ...]
    all: Kind


def figures() -> Figures:
    """Count the last twelve months, with five statements however many requests there are."""
    firsts = _firsts(clock.today())
    received, ended = _by_month("received_at", firsts, "kind"), _by_month("closed_at", firsts, "state")
    open_now, late = _open(), _open(overdue=True)
    took, over = _days(firsts[0]), _ends(firsts[0])
    asked: dict[str, int] = defaultdict(int)
    for (_, kind), count in received.items():
        asked[kind] += count
    names = sorted({*asked, *open_now, *took, *(kind for kind, _ in over)})
    kinds = tuple(_kind(name, asked, over, open_now, late, took.get(name, {})) for name in names)
    return Figures(clock.now(), tuple(_months(firsts, received, ended)), kinds, _sum(kinds, took.values()))


def as_csv(counted: Figures) -> str:
    """Return the figures of the kinds as CSV, a row each and one for all; `RFC 4180`."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["kind", "received", "fulfilled", "refused", "open", "overdue", "median_days", "ninetieth_days"])
    for one in (*counted.kinds, counted.all):
        rows.writerow(
            [one.id, one.received, one.fulfilled, one.denied, one.open, one.overdue, one.median, one.ninetieth]
        )
    return text.getvalue()


def percentile(days: Mapping[int, int], share: float) -> int | None:
    """Return within how many days this share of the cases ended (nearest rank); None without any."""
    total, seen = sum(days.values()), 0
    for length in sorted(days):
        seen += days[length]
        if seen >= share * total:
            return length
    return None


def _firsts(today: date) -> list[date]:
    """Return the first days of the last twelve months and of the next one."""
    number = today.year * 12 + today.month - 1
    return [date(place // 12, place % 12 + 1, 1) for place in range(number - MONTHS + 1, number + 2)]


def _moment(day: date) -> str:
    return written(clock.beginning(day))


def _by_month(column: str, firsts: list[date], also: str) -> dict[tuple[int, str], int]:
    """Count by month (0 is the oldest) and another column."""
    ends = [_moment(day) for day in firsts[1:]]
    place = " ".join(f"WHEN {column} < ? THEN {number}" for number in range(len(ends)))
    found = run(
        f"SELECT CASE {place} END, {also}, COUNT(*) FROM cases "  # noqa: S608 - columns are named above
        f"WHERE {column} >= ? AND {column} < ? AND {_COUNTED} GROUP BY 1, 2",
        *ends,
        _moment(firsts[0]),
        ends[-1],
    ).fetchall()
    return {(int(month), str(word)): int(count) for month, word, count in found}


def _ends(since: date) -> dict[tuple[str, str], int]:
    found = run(
        f"SELECT kind, state, COUNT(*) FROM cases WHERE closed_at >= ? AND {_COUNTED} GROUP BY 1, 2",  # noqa: S608
        _moment(since),
    ).fetchall()
    return {(str(kind), str(state)): int(count) for kind, state, count in found}


def _open(overdue: bool = False) -> dict[str, int]:
    """Count what is not over, or what of it is late, by kind."""
    late = [clock.today().isoformat()] if overdue else []
    found = run(
        f"SELECT kind, COUNT(*) FROM cases WHERE state IN ('open', 'approved', 'in_progress') "  # noqa: S608
        f"AND {_COUNTED} {'AND complete_by < ?' if overdue else ''} GROUP BY 1",
        *late,
    ).fetchall()
    return {str(kind): int(count) for kind, count in found}


def _days(since: date) -> dict[str, dict[int, int]]:
    """Return by kind how many cases ended after how many days: a line a length, not a line a case."""
    length = _DAYS_SQLITE if is_sqlite() else _DAYS_POSTGRES
    found = run(
        f"SELECT kind, {length}, COUNT(*) FROM cases WHERE closed_at >= ? AND state IN ('fulfilled', 'denied') "  # noqa: S608
        f"AND {_COUNTED} GROUP BY 1, 2",
        _moment(since),
    ).fetchall()
    took: dict[str, dict[int, int]] = defaultdict(dict)
    for kind, days, count in found:
        took[str(kind)][int(days)] = int(count)
    return took


def _months(
    firsts: list[date], received: Mapping[tuple[int, str], int], ended: Mapping[tuple[int, str], int]
) -> Iterable[Month]:
    for place, (first, _) in enumerate(pairwise(firsts)):
        arrived = sum(count for (month, _), count in received.items() if month == place)
        ends = {state: count for (month, state), count in ended.items() if month == place}
        done, refused = ends.pop("fulfilled", 0), ends.pop("denied", 0)
        yield Month(first, arrived, done, refused, sum(ends.values()))


def _kind(
    name: str,
    asked: Mapping[str, int],
    over: Mapping[tuple[str, str], int],
    open_now: Mapping[str, int],
    late: Mapping[str, int],
    took: Mapping[int, int],
) -> Kind:
    return Kind(
        name,
        asked.get(name, 0),
        over.get((name, "fulfilled"), 0),
        over.get((name, "denied"), 0),
        open_now.get(name, 0),
        late.get(name, 0),
        percentile(took, 0.5),
        percentile(took, 0.9),
    )


def _sum(kinds: tuple[Kind, ...], took: Iterable[Mapping[int, int]]) -> Kind:
    together: dict[int, int] = defaultdict(int)
    for days in took:
        for length, count in days.items():
            together[length] += count
    received, fulfilled, denied, left, late = (
        (
            sum(column)
            for column in zip(*((k.received, k.fulfilled, k.denied, k.open, k.overdue) for k in kinds), strict=True)
        )
        if kinds
        else (0, 0, 0, 0, 0)
    )
    half, ninetieth = percentile(together, 0.5), percentile(together, 0.9)
    return Kind(ALL, received, fulfilled, denied, left, late, half, ninetieth)
