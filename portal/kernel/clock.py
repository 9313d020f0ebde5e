"""The only clock, so that tests can stop it. A moment is one of UTC; a day is always one where the site is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import config

_shift = timedelta(0)
_stopped: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _stopped or datetime.now(UTC) + _shift


def today() -> date:
    """Return the day that it is where the site is: what people read, choose and count by."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day of an aware moment where the site is."""
    return moment.astimezone(ZoneInfo(config.site().timezone)).date()


def beginning(day: date, at: time = time.min) -> datetime:
    """Return the moment at which a day begins where the site is, or an hour of it, in UTC."""
    return datetime.combine(day, at, ZoneInfo(config.site().timezone)).astimezone(UTC)


def end(day: date) -> datetime:
    """Return the moment at which a day is over where the site is, in UTC."""
    return beginning(day + timedelta(days=1))


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Stop the clock at a moment, for tests."""
    global _stopped
    before, _stopped = _stopped, at.astimezone(UTC)
    try:
        yield
    finally:
        _stopped = before


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let the clock run, but ahead by a span, for tests."""
    global _shift
    before, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = before
