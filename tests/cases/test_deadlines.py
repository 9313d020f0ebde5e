"""The legal clock: pure functions over a profile that is data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases import deadlines

VN = deadlines.profile("vn")
SAIGON = "Asia/Ho_Chi_Minh"
KINDS = sorted(VN.complete_days)
DAY = timedelta(days=1)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([SAIGON, "America/Los_Angeles", "Europe/Berlin", "UTC"])


@pytest.mark.parametrize(
    ("received", "acknowledge_by"),
    [
        (date(2026, 3, 2), date(2026, 3, 4)),  # RULES D1: a Monday
        (date(2026, 3, 6), date(2026, 3, 10)),  # a Friday: the weekend does not count
        (date(2026, 3, 7), date(2026, 3, 10)),  # nor does the Saturday on which it came
        (date(2026, 2, 13), date(2026, 2, 24)),  # RULES D3: the last working day before Tết
        (date(2026, 4, 24), date(2026, 4, 29)),  # Hùng Kings on a Sunday, made up for on Monday
        (date(2026, 4, 29), date(2026, 5, 5)),  # two holidays before a weekend
        (date(2027, 2, 4), date(2027, 2, 12)),  # Tết of the next year
        (date(2030, 1, 31), date(2030, 2, 4)),  # a year without a list: weekends only, so never too late
    ],
)
def test_two_working_days_skip_weekends_and_holidays(received: date, acknowledge_by: date) -> None:
    assert deadlines.acknowledge_by(VN, noon(received), SAIGON) == acknowledge_by


def test_a_copy_takes_ten_days_and_a_deletion_twenty() -> None:
    received = noon(date(2026, 3, 2))
    assert deadlines.complete_by(VN, "download", received, SAIGON) == date(2026, 3, 12)
    assert deadlines.complete_by(VN, "deletion", received, SAIGON) == date(2026, 3, 22)


def test_a_request_counts_from_the_day_it_has_where_the_site_is() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert deadlines.received_on(late, SAIGON) == date(2026, 3, 2)
    assert deadlines.received_on(late, "America/Los_Angeles") == date(2026, 3, 1)


def test_a_kind_without_a_time_is_refused() -> None:
    with pytest.raises(KeyError):
        deadlines.complete_by(VN, "unheard of", noon(date(2026, 3, 2)), SAIGON)


def test_every_free_day_is_a_day_of_the_week_that_would_be_worked() -> None:
    assert all(day.weekday() < 5 for day in VN.holidays)
    assert VN.effective_from == date(2026, 1, 1)
    assert VN.source.startswith("https://")
    assert VN.law
    assert VN.version


@given(moments, zones)
def test_the_acknowledgement_is_due_on_the_second_working_day_after(received: datetime, zone: str) -> None:
    due, came = deadlines.acknowledge_by(VN, received, zone), deadlines.received_on(received, zone)
    worked = [day for day in days(came + DAY, due) if deadlines.is_working_day(VN, day)]
    assert len(worked) == VN.acknowledge_working_days
    assert worked[-1] == due


@given(moments, zones, st.sampled_from(KINDS))
def test_completion_is_a_fixed_number_of_days_later(received: datetime, zone: str, kind: str) -> None:
    due = deadlines.complete_by(VN, kind, received, zone)
    assert due - deadlines.received_on(received, zone) == VN.complete_days[kind] * DAY


@given(moments, zones, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_who_asks_later_is_never_answered_earlier(received: datetime, zone: str, later: timedelta) -> None:
    assert deadlines.acknowledge_by(VN, received, zone) <= deadlines.acknowledge_by(VN, received + later, zone)
    for kind in KINDS:
        first, second = (deadlines.complete_by(VN, kind, at, zone) for at in (received, received + later))
        assert first <= second


@given(moments, zones)
def test_the_hour_of_the_day_does_not_matter(received: datetime, zone: str) -> None:
    came = deadlines.received_on(received, zone)
    same = [
        at for hours in range(-24, 25) if deadlines.received_on(at := received + timedelta(hours=hours), zone) == came
    ]
    assert len({deadlines.acknowledge_by(VN, at, zone) for at in same}) == 1
    assert len({deadlines.complete_by(VN, "download", at, zone) for at in same}) == 1


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)  # noon in Viet Nam


def days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]
