"""Until when rows are kept: from the date on them to the last day, and back."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime
from typing import Any


def first_kept(today: date, years: int) -> date:
    """Return the first day whose rows still stay: what is dated before it has been kept for so many years.

    What is of a 29 February is kept until 1 March where the last year has none, as the preview promised.
    """
    year = today.year - years
    if (today.month, today.day) == (3, 1) and isleap(year) and not isleap(today.year):
        return date(year, 2, 29)
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def kept_until(latest: Any, years: int) -> date | None:
    """Return the last day of keeping, from the latest date as a driver gave it; None where there is no date."""
    if isinstance(latest, str):
        latest = _written_date(latest)
    day = latest.date() if isinstance(latest, datetime) else latest
    if not isinstance(day, date):
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, or beyond the calendar: keep on the longer side
        return date(day.year + years, 3, 1) if day.year + years <= date.max.year else date.max


def _written_date(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None
