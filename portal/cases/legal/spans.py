"""Spans of time as a law says them, "2 working days" or "1 month", and how they are counted (RULES D2)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from portal.cases.legal.calendars import Calendar

DAY = timedelta(days=1)
NONE = "none"
MOST = 366  # in any unit: whatever is longer is a slip of the pen
_WORDS = re.compile(r"(\d{1,3}) (day|working day|business day|month)s?")


@dataclass(frozen=True)
class Span:
    """A number of calendar days, of working days or of calendar months."""

    number: int
    unit: str  # "day" | "working day" | "month"

    @property
    def in_months(self) -> bool:
        """Tell a span of months, whose end may roll to a working day, from one of days, which never does."""
        return self.unit == "month"


@lru_cache(maxsize=256)
def parse(words: str) -> Span | None:
    """Return the span that words say, None for "none"; ValueError for anything else.

    Working days and business days are the same to the clock: the days that are worked in the calendar of their law.
    """
    if words == NONE:
        return None
    found = _WORDS.fullmatch(words)
    if found is None or int(found[1]) > MOST:
        raise ValueError(f'{words!r} is no span: write "20 days", "2 working days", "1 month" or "none"')
    return Span(int(found[1]), found[2].replace("business", "working"))


def after(start: date, span: Span, calendar: Calendar, country: str = "") -> date:
    """Return the last day of a span; the day on which it starts is not counted.

    A month that has no such day ends on its last: 31 January and one month is 28 or 29 February.
    """
    if span.in_months:
        return _months_after(start, span.number)
    if span.unit == "day":
        return start + span.number * DAY
    for _ in range(span.number):
        start = calendar.next_working_day(start, country)
    return start


def longer(one: Span, more: Span, start: date, calendar: Calendar, country: str = "") -> date:
    """Return the last day of a span that was extended by another.

    Months are added before they are counted, so that 31 January and one month and two are 30 April, not 28.
    """
    if one.in_months and more.in_months:
        return _months_after(start, one.number + more.number)
    return after(after(start, one, calendar, country), more, calendar, country)


def _months_after(start: date, number: int) -> date:
    years, month = divmod(start.month - 1 + number, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
