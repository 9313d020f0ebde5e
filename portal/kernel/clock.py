"""The only clock, so that tests can stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta(0)
_stopped: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _stopped or datetime.now(UTC) + _shift


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
