"""Who is told, consents and decides at which age; a month alone is read both ways (RULES §16, K6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.children import bands
from portal.children.bands import CHILD, GROWN, PARENT, REACHED, SMALL, TEEN, YOUNG
from portal.children.models import Report
from portal.children.service import amending
from portal.children.service.amending import AgeBackdated, AgeUnexplained, BadAge
from portal.kernel import ages, clock
from portal.kernel.ages import Change, Row
from portal.kernel.problems import NotFound
from tests.children.conftest import Parent
from tests.conftest import Portal

DAYS = st.dates(date(2015, 1, 1), date(2045, 12, 31))
MONTHS = st.tuples(st.integers(2000, 2040), st.integers(1, 12))
LIMITS = st.integers(13, 21)
COUNTRIES = st.sampled_from([*ages.rows(), "ZZ", "", "CA-ON", "US-CA"])
CHANGES = st.lists(
    st.builds(
        lambda country, age, since: Change(country, Row(age, "a law", "staff", since)),
        COUNTRIES,
        st.integers(0, 21),
        DAYS,
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    ("age", "limit", "stage"),
    [(0, 16, SMALL), (6, 16, SMALL), (7, 16, YOUNG), (12, 13, YOUNG), (13, 16, TEEN), (15, 16, TEEN), (16, 16, GROWN)],
)
def test_each_age_has_its_stage(age: int, limit: int, stage: str) -> None:
    assert bands.band(age, limit) == stage


def test_who_reaches_the_limit_during_the_case_has_the_whole_say() -> None:
    reported = date(2026, 3, 1)
    assert bands.stages(2010, 3, 16, date(2026, 2, 28), date(2026, 2, 28)) == (TEEN,)
    assert bands.stages(2010, 3, 16, date(2026, 4, 1), date(2026, 2, 28)) == (REACHED,)
    assert bands.stages(2010, 3, 16, reported, reported) == (TEEN, GROWN)
    assert bands.say((REACHED,)).decides == {CHILD}
    assert bands.say((TEEN, GROWN)).decides == {CHILD, PARENT}


def test_who_has_a_say_at_each_stage() -> None:
    assert bands.say((SMALL,)).consents == {PARENT}
    assert bands.say((YOUNG,)).consents == bands.say((YOUNG,)).told == {CHILD, PARENT}
    assert bands.say((YOUNG,)).decides == {PARENT}
    assert bands.say((SMALL, YOUNG)).consents == {CHILD, PARENT}


@given(MONTHS, LIMITS, DAYS)
def test_a_month_is_read_as_every_one_of_its_days(born: tuple[int, int], limit: int, on: date) -> None:
    days = [day for day in _days(*born) if day <= on]
    if not days:
        return
    stages = bands.stages(*born, limit, on, on)
    each = {bands.band(ages.age(day, on), limit) for day in _days(*born)}
    assert {bands.band(ages.age(day, on), limit) for day in (days[0], days[-1])} <= set(stages) | each
    assert each == set(stages)
    assert 1 <= len(stages) <= 2


@given(MONTHS, LIMITS, DAYS)
def test_somebody_is_a_child_for_certain_only_if_so_on_every_day_of_the_month(
    born: tuple[int, int], limit: int, on: date
) -> None:
    under = [ages.age(day, on) < limit for day in _days(*born)]
    assert bands.is_child(*born, limit, on) == all(under)
    assert bands.may_be_child(*born, limit, on) == any(under)


@given(MONTHS, LIMITS, DAYS, st.integers(0, 4000))
def test_no_stage_is_ever_followed_by_a_younger_one(born: tuple[int, int], limit: int, on: date, more: int) -> None:
    order = [SMALL, YOUNG, TEEN, REACHED]
    now, later = (
        [order.index(REACHED if stage == GROWN else stage) for stage in bands.stages(*born, limit, day, on)]
        for day in (on, on + timedelta(days=more))
    )
    assert min(now) <= min(later)
    assert max(now) <= max(later)


@given(MONTHS, LIMITS, DAYS, DAYS)
def test_two_readings_give_more_people_a_say_and_never_fewer(
    born: tuple[int, int], limit: int, on: date, reported: date
) -> None:
    stages = bands.stages(*born, limit, on, reported)
    both = bands.say(stages)
    for stage in stages:
        one = bands.SAYS[stage]
        assert one.told <= both.told
        assert one.consents <= both.consents
        assert one.decides <= both.decides


@given(COUNTRIES, DAYS, CHANGES)
@settings(deadline=None)
def test_the_limit_is_never_under_13_and_a_later_change_moves_no_earlier_day(
    country: str, on: date, changes: list[Change]
) -> None:
    limit = ages.limit(country, on, 13, changes)
    assert limit >= 13
    later = [change for change in changes if change.row.since > on]
    kept = [change for change in changes if change.row.since <= on]
    assert ages.limit(country, on, 13, kept) == limit or not kept or later
    assert ages.limit(country, on, 13, [change for change in changes if change not in later]) == limit


@given(COUNTRIES, DAYS, st.integers(0, 21), DAYS)
@settings(deadline=None)
def test_a_change_counts_from_its_day_until_a_newer_row(country: str, since: date, age: int, on: date) -> None:
    change = Change(country, Row(age, "a law", "staff", since))
    before, after = ages.row(country, on), ages.row(country, on, [change])
    if on < since:
        assert after == before
    elif before is None or before.since <= since:
        assert after == change.row
    else:
        assert after == before


def _days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    return [first + timedelta(days=day) for day in range(31) if (first + timedelta(days=day)).month == month]


@pytest.mark.usefixtures("portal")
def test_an_unknown_country_counts_at_16_and_none_under_13() -> None:
    today = clock.today()
    assert bands.limit_of("ZZ", today) == bands.limit_of("", today) == 16
    assert bands.limit_of("TH", today) == bands.limit_of("BR", today) == 13
    assert bands.limit_of("VN", today) == 16


def test_what_staff_change_is_read_by_reports_and_sign_up_and_moves_nothing_before(lan: Parent) -> None:
    first = lan.report()
    tomorrow = clock.today() + timedelta(days=1)
    amending.amend("de", 18, tomorrow, "BDSG, section 99", 7)
    assert bands.limit_of("DE", clock.today()) == 16
    with clock.later(timedelta(days=1)):
        second = lan.report()
        assert bands.limit_of("DE", clock.today()) == 18
        from portal.accounts import sign_up

        assert sign_up.rule(date(clock.today().year - 17, 1, 1), "DE") is None
    assert (Report.get_by_id(first.id).age_limit, second.age_limit) == (16, 18)


def test_a_change_is_never_backdated_and_needs_its_source(portal: Portal) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(AgeBackdated):
        amending.amend("DE", 15, clock.today(), "a law", 7)
    with pytest.raises(AgeUnexplained):
        amending.amend("DE", 15, tomorrow, "  ", 7)
    with pytest.raises(BadAge):
        amending.amend("DE", 99, tomorrow, "a law", 7)
    with pytest.raises(NotFound):
        amending.amend("?", 15, tomorrow, "a law", 7)
    assert amending.history("DE") == []


def test_automatic_steps_rest_on_under_13_or_on_a_row_that_was_signed_off(portal: Portal) -> None:
    today = clock.today()
    twelve, fourteen = (today.year - 12, today.month), (today.year - 14, today.month)
    assert bands.by_itself("DE", *twelve, 16, today - timedelta(days=today.day)) is True
    assert bands.by_itself("DE", *fourteen, 16, today) is False
    amending.sign_off("DE", 7)
    amending.sign_off("DE", 7)
    assert bands.by_itself("DE", *fourteen, 16, today) is True
    assert bands.by_itself("AT", *fourteen, 14, today) is False
    amending.amend("DE", 15, today + timedelta(days=1), "another law", 7)
    with clock.later(timedelta(days=1)):
        assert bands.by_itself("DE", *fourteen, 15, clock.today()) is False, "another row was signed off"
