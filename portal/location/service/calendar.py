"""Days, weeks and months where the company sits: what a person means by a date is a day there."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import config
from portal.kernel import clock
from portal.sources.history import Span

NIGHT = time(3)  # when old places go
WEEKS = 13


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last of its month where that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def older_than(months: int) -> Span:
    """Return what is older than so many months: the whole days before that day."""
    return Span(until=clock.beginning(months_before(clock.today(), months)))


def days(first: date | None, last: date | None) -> Span:
    """Return both days and all between them; without an end where one is None."""
    return Span(clock.beginning(first) if first else None, clock.end(last) if last else None)


def weeks() -> list[date]:
    """Return the Mondays of the last weeks, the present one last."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return [monday - timedelta(weeks=week) for week in reversed(range(WEEKS))]


def week(monday: date) -> Span:
    """Return a week."""
    return days(monday, monday + timedelta(days=6))


def next_night() -> datetime:
    """Return when old places go next."""
    tonight = clock.beginning(clock.today(), NIGHT)
    return tonight if tonight > clock.now() else clock.beginning(clock.today() + timedelta(days=1), NIGHT)


def _zone() -> ZoneInfo:
    return ZoneInfo(config.site().timezone)
