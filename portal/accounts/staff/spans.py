"""How long what the staff have lives; a site may shorten sessions and never lengthen them."""

from __future__ import annotations

from datetime import timedelta

from portal import config

CODE_LIFE = timedelta(minutes=10)  # RULES A2
ENROLMENT_LIFE = timedelta(hours=48)
FRESH = timedelta(minutes=15)
TRIES = 5
CODES = 10  # recovery codes of one member
LOOK = timedelta(minutes=30)  # for which a reason counts once it was given


def idle() -> timedelta:
    """Return after how long without a page a session is over."""
    return timedelta(minutes=config.site().staff_idle_minutes)


def longest() -> timedelta:
    """Return after how long a session is over, whatever is done in it."""
    return timedelta(hours=config.site().staff_hours)
