"""Days, weeks and months where the company sits: what a person means by a date is a day there."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import config
from portal.kernel import clock
from portal.sources.history import Span

NIGHT = time(3)  # when old places go
WEEKS = 13


def today() -> date:
    """Return what day it is."""
    return clock.now().astimezone(_zone()).date()


def beginning(day: date, at: time = time.min) -> datetime:
    """Return the moment at which a day begins, or an hour of it."""
    return datetime.combine(day, at, _zone()).astimezone(UTC)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last of its month where that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def older_than(months: int) -> Span:
    """Return what is older than so many months: the whole days before that day."""
    return Span(until=beginning(months_before(today(), months)))


def days(first: date | None, last: date | None) -> Span:
    """Return both days and all between them; without an end where one is None."""
    return Span(beginning(first) if first else None, beginning(last + timedelta(days=1)) if last else None)


def weeks() -> list[date]:
    """Return the Mondays of the last weeks, the present one last."""
    monday = today() - timedelta(days=today().weekday())
    return [monday - timedelta(weeks=week) for week in reversed(range(WEEKS))]


def week(monday: date) -> Span:
    """Return a week."""
    return days(monday, monday + timedelta(days=6))


def next_night() -> datetime:
    """Return when old places go next."""
    tonight = beginning(today(), NIGHT)
    return tonight if tonight > clock.now() else beginning(today() + timedelta(days=1), NIGHT)


def _zone() -> ZoneInfo:
    return ZoneInfo(config.site().timezone)
