"""The figures of a year, against a count of the test's own; digests; and the file of a case."""

from __future__ import annotations

import csv
import io
import statistics
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.models import Case
from portal.cases.service import figures
from portal.cases.service.digests import END, HALF, LATE, QUARTER, stage
from portal.kernel import clock
from tests.conftest import Portal
from tests.counting import queries

NOW = datetime(2026, 11, 15, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def case(
    received: datetime, state: str = "open", days: int | None = None, kind: str = "inquiry", **more: object
) -> None:
    Case.create(
        kind=kind,
        state=state,
        profile="vn",
        received_at=received,
        complete_by=(received + 15 * DAY).date(),
        closed_at=received + days * DAY if days is not None else None,
        due_at=None,
        **more,
    )


@pytest.fixture
def year(portal: Portal) -> figures.Figures:
    for days in (1, 2, 3, 4, 9):
        case(NOW - 30 * DAY, "fulfilled", days)
    case(NOW - 30 * DAY, "denied", 12, "complaint")
    case(NOW - 20 * DAY)
    case(NOW - 2 * DAY)
    case(NOW - 3 * DAY, "revoked", 1)
    case(NOW - 700 * DAY, "fulfilled", 5)
    case(NOW - 4 * DAY, is_test=True)
    case(NOW - 4 * DAY, duplicate_of=1)
    with clock.stopped(NOW):
        return figures.figures()


def test_each_kind_is_counted_with_its_days(year: figures.Figures) -> None:
    inquiry = next(one for one in year.kinds if one.id == "inquiry")
    assert (inquiry.received, inquiry.fulfilled, inquiry.denied, inquiry.open, inquiry.overdue) == (8, 5, 0, 2, 1)
    assert (inquiry.median, inquiry.ninetieth) == (3, 9)
    assert (year.all.received, year.all.denied, year.all.median) == (9, 1, 3)


def test_a_month_is_that_of_the_site_and_counts_what_came_and_what_ended_in_it(portal: Portal) -> None:
    case(datetime(2026, 10, 31, 18, tzinfo=UTC), "fulfilled", 20)  # 1 November where the site is
    with clock.stopped(NOW):
        months = {month.first: month for month in figures.figures().months}
    assert len(months) == 12
    assert min(months) == date(2025, 12, 1)
    assert (months[date(2026, 11, 1)].received, months[date(2026, 10, 1)].received) == (1, 0)


def test_the_csv_says_the_same(year: figures.Figures) -> None:
    rows = list(csv.DictReader(io.StringIO(figures.as_csv(year))))
    assert rows[-1]["kind"] == "all"
    assert {row["kind"]: row["received"] for row in rows} == {"complaint": "1", "inquiry": "8", "all": "9"}


def test_the_statements_do_not_grow_with_the_cases(portal: Portal) -> None:
    with queries() as few:
        figures.figures()
    for _ in range(50):
        case(NOW - 30 * DAY, "fulfilled", 3)
    with queries() as many:
        figures.figures()
    assert len(few) == len(many) <= 6


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_half_and_nine_of_ten_are_those_of_the_sorted_list(days: list[int]) -> None:
    lengths = {length: days.count(length) for length in days}
    assert figures.percentile(lengths, 0.5) == statistics.median_low(days)
    within = figures.percentile(lengths, 0.9)
    assert within is not None
    assert sum(length <= within for length in days) >= 0.9 * len(days)
    assert sum(length < within for length in days) < 0.9 * len(days)


@given(st.integers(1, 200), st.integers(-5, 205))
def test_a_case_passes_half_a_quarter_and_the_end_once_each_and_in_this_order(whole: int, passed: int) -> None:
    received = date(2026, 1, 1)
    complete_by, order = received + whole * DAY, ["", HALF, QUARTER, END, LATE]
    now, next_ = (stage(received, complete_by, received + day * DAY) for day in (passed, passed + 1))
    assert order.index(next_) >= order.index(now)
    assert (now == LATE) == (passed > whole)
    assert (now == END) == (passed == whole)
