"""A moment is one of UTC; a day is always one where the site is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from portal.kernel import clock
from tests.conftest import Portal

MIDNIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # in Viet Nam
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_today_is_the_day_where_the_site_is(portal: Portal) -> None:
    with clock.stopped(MIDNIGHT - MINUTE):
        assert clock.today() == date(2026, 11, 22)
    with clock.stopped(MIDNIGHT + MINUTE):
        assert clock.today() == date(2026, 11, 23)


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_day_begins_where_the_one_before_it_ends(portal: Portal) -> None:
    day = date(2026, 11, 23)
    assert clock.beginning(day) == clock.end(day - timedelta(days=1)) == MIDNIGHT
    assert clock.beginning(day, time(3)) == MIDNIGHT + timedelta(hours=3)
    assert [clock.day_of(moment) for moment in (MIDNIGHT, clock.end(day) - MINUTE, clock.end(day))] == [
        day, day, day + timedelta(days=1),
    ]  # fmt: skip
