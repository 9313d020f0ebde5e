"""The legal clock: what one request gets, by the laws that apply to it (RULES §1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.cases import legal
from portal.cases.legal import KINDS, NAMES, Law, Terms, extend, terms

SAIGON = "Asia/Ho_Chi_Minh"
PACIFIC = "America/Los_Angeles"
DAY = timedelta(days=1)
REASON = "The company that keeps the archive needs more time."

moments = st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([SAIGON, PACIFIC, "Europe/Berlin", "UTC"])
kinds = st.sampled_from(KINDS)
countries = st.sampled_from(["", "VN", "DE", "FR", "GB", "US-CA", "US-NY", "TH"])


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)  # noon in Viet Nam


def of(kind: str, received: date, country: str = "", processor: bool = False) -> Terms:
    return terms(kind, noon(received), country, SAIGON, processor=processor)


def test_a_german_has_the_dates_of_viet_nam_and_sees_the_maximum_at_home() -> None:
    found = of("deletion", date(2026, 3, 2), "DE")  # RULES D1
    assert found.acknowledge_by == date(2026, 3, 4)
    assert (found.complete_by, found.profile) == (date(2026, 3, 22), "vn")
    assert (found.legal_maximum, found.own_profile) == (date(2026, 4, 2), "eu")
    assert "BfDI" in found.authority.name["en"]


@pytest.mark.parametrize(
    ("received", "acknowledge_by"),
    [
        (date(2026, 3, 2), date(2026, 3, 4)),  # RULES D1: a Monday
        (date(2026, 3, 6), date(2026, 3, 10)),  # a Friday: the weekend does not count
        (date(2026, 3, 7), date(2026, 3, 10)),  # nor does the Saturday on which it came
        (date(2026, 2, 13), date(2026, 2, 24)),  # RULES D3: the last working day before Tết
        (date(2026, 4, 24), date(2026, 4, 29)),  # Hùng Kings on a Sunday, made up for on Monday
        (date(2026, 4, 29), date(2026, 5, 5)),  # two holidays before a weekend
        (date(2027, 2, 4), date(2027, 2, 11)),  # Tết of the next year, on a Saturday
        (date(2030, 1, 31), date(2030, 2, 7)),  # in Ha Noi the moon is new an hour before midnight, in Beijing after it
        (date(2033, 4, 29), date(2033, 5, 5)),  # both May holidays on a weekend, made up for on Monday and Tuesday
        (date(2036, 1, 25), date(2036, 1, 29)),  # a year without a list: a date is too early, never too late
    ],
)
def test_two_working_days_skip_weekends_and_holidays(received: date, acknowledge_by: date) -> None:
    assert of("deletion", received).acknowledge_by == acknowledge_by


def test_an_acknowledgement_never_comes_after_the_answer() -> None:
    found = of("download", date(2026, 2, 13))  # two working days end on the 24th, ten days on the 23rd
    assert found.acknowledge_by == found.complete_by == date(2026, 2, 23)


@pytest.mark.parametrize(
    ("kind", "days", "with_processor"),
    [("download", 10, 15), ("correction", 10, 15), ("deletion", 20, 30), ("objection", 15, 20), ("opt_out", 0, 0)],
)
def test_viet_nam_gives_each_right_its_days_and_more_where_others_process(
    kind: str, days: int, with_processor: int
) -> None:
    assert of(kind, date(2026, 3, 2)).days == days
    assert of(kind, date(2026, 3, 2), processor=True).days == with_processor


@pytest.mark.parametrize(
    ("received", "maximum"),
    [
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2028, 1, 31), date(2028, 2, 29)),  # RULES D2: a leap year
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday, a weekend, Easter Monday
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, and a Monday that makes up for Boxing Day
        (date(2027, 11, 25), date(2027, 12, 29)),  # Christmas on a Saturday: two days make up for two
    ],
)
def test_a_month_in_britain_ends_on_a_working_day(received: date, maximum: date) -> None:
    assert of("deletion", received, "GB").legal_maximum == maximum


def test_good_friday_is_a_bank_holiday_in_britain_and_not_kept_by_all_of_europe() -> None:
    german, greek = (of("deletion", date(2026, 3, 6), country).legal_maximum for country in ("DE", "GR"))
    assert german == date(2026, 4, 7)  # 6 April is Easter Monday
    assert greek == date(2026, 4, 6)  # which the eastern church keeps a week later
    assert of("deletion", date(2026, 3, 3), "DE").legal_maximum == date(2026, 4, 3)


def test_calendar_days_never_roll() -> None:
    assert of("deletion", date(2026, 3, 2), "VN").complete_by.weekday() == 6
    found = of("deletion", date(2026, 3, 4), "US-CA")
    assert found.legal_maximum == date(2026, 4, 18)  # 45 days later, a Saturday


def test_california_counts_business_days_where_it_says_so() -> None:
    found = of("opt_out", date(2026, 12, 23), "US-CA")
    assert found.legal_maximum == date(2027, 1, 15)  # Christmas and New Year do not count
    assert found.complete_by == date(2026, 12, 23)  # but Viet Nam wants it at once


def test_a_complaint_in_britain_is_acknowledged_within_thirty_days_since_that_is_law() -> None:
    britain = legal.profile("gb")
    words = {day: britain.on(day).values["complaint.acknowledge"].words for day in map(_june, (18, 19))}
    assert words == {_june(18): "none", _june(19): "30 days"}
    found = terms("complaint", noon(date(2026, 7, 15)), "GB", SAIGON, law=Law(base="gb"))
    assert found.acknowledge_by == date(2026, 8, 14)
    assert found.complete_by == date(2026, 8, 15)  # no law dates it: it is answered like a request for a copy
    assert found.legal_maximum is None


def test_who_lives_where_no_profile_is_known_has_the_base_and_no_maximum_at_home() -> None:
    for country in ("", "TH", "US", "US-NY"):
        found = of("deletion", date(2026, 3, 2), country)
        assert (found.days, found.profile, found.own_profile, found.legal_maximum) == (20, "vn", "", None)
        assert "A05" in found.authority.name["en"]


def test_regions_belong_to_their_country_and_codes_may_be_small() -> None:
    for country, own in (("GB-SCT", "gb"), ("de-by", "eu"), ("us-ca", "us-ca"), ("RE", "eu"), ("vn", "vn")):
        assert of("deletion", date(2026, 3, 2), country).own_profile == own


def test_a_site_says_which_profiles_apply() -> None:
    alone = Law(profiles=("vn",))
    found = terms("deletion", noon(date(2026, 3, 2)), "DE", SAIGON, law=alone)
    assert (found.own_profile, found.legal_maximum) == ("", None)
    at_home = terms("deletion", noon(date(2026, 3, 2)), "", SAIGON, law=Law(base="eu"))
    assert (at_home.profile, at_home.complete_by, at_home.acknowledge_by) == ("eu", date(2026, 4, 2), None)


def test_a_kind_without_a_time_is_refused() -> None:
    with pytest.raises(KeyError):
        of("unheard of", date(2026, 3, 2))


def test_a_request_counts_from_the_day_it_has_where_the_site_is() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert terms("download", late, "", SAIGON).complete_by == date(2026, 3, 12)
    assert terms("download", late, "", PACIFIC).complete_by == date(2026, 3, 11)


def test_an_extension_brings_the_earliest_of_all_laws_again() -> None:
    german = extend("deletion", noon(date(2026, 3, 2)), "DE", SAIGON, at=noon(date(2026, 3, 22)), reason=REASON)
    assert (german.complete_by, german.profile, german.extended) == (date(2026, 4, 11), "vn", True)
    assert german.legal_maximum == date(2026, 6, 2)
    assert german.extendable_to is None
    assert german.acknowledge_by == date(2026, 3, 4)


def test_months_are_added_before_they_are_counted() -> None:
    found = terms("deletion", noon(date(2026, 1, 31)), "", SAIGON, extension=True, law=Law(base="eu"))
    assert found.complete_by == date(2026, 4, 30)  # not 28 April


@pytest.mark.parametrize(
    ("change", "problem", "status"),
    [
        ({"extended": True}, legal.AlreadyExtended, 409),
        ({"reason": " \n"}, legal.ReasonMissing, 422),
        ({"at": noon(date(2026, 3, 23))}, legal.TooLate, 409),
        ({"kind": "inquiry"}, legal.NoExtension, 409),
    ],
)
def test_one_extension_with_a_reason_before_the_time_is_over(
    change: dict, problem: type[legal.TooLate], status: int
) -> None:
    asked = {"kind": "deletion", "at": noon(date(2026, 3, 16)), "reason": REASON, **change}
    kind = asked.pop("kind")
    with pytest.raises(problem) as refused:
        extend(kind, noon(date(2026, 3, 2)), "DE", SAIGON, **asked)
    assert refused.value.status == status


def test_where_one_of_the_laws_gives_no_more_time_nothing_is_gained() -> None:
    california = Law(base="us-ca")
    found = terms("objection", noon(date(2026, 3, 2)), "", SAIGON, law=california)
    assert found.extendable_to is None
    with pytest.raises(legal.NoExtension):
        extend(
            "objection", noon(date(2026, 3, 2)), "", SAIGON, at=noon(date(2026, 3, 3)), reason=REASON, law=california
        )


def test_staff_are_reminded_at_half_at_a_quarter_and_at_the_end() -> None:
    found = of("deletion", date(2026, 3, 2)).reminders
    assert (found.half, found.quarter, found.end) == (date(2026, 3, 12), date(2026, 3, 17), date(2026, 3, 22))
    same = of("opt_out", date(2026, 3, 2)).reminders
    assert {same.half, same.quarter, same.end} == {date(2026, 3, 2)}


@given(kinds, moments, countries, zones, st.booleans(), st.booleans())
def test_no_law_that_applies_gives_an_earlier_day(
    kind: str, received: datetime, country: str, zone: str, processor: bool, extension: bool
) -> None:
    found, alone = (
        terms(kind, received, place, zone, processor=processor, extension=extension) for place in (country, "")
    )
    assert found.received_on <= found.complete_by <= alone.complete_by
    if found.legal_maximum is not None:
        assert found.complete_by <= found.legal_maximum
    if found.acknowledge_by is not None:
        assert found.received_on <= found.acknowledge_by <= found.complete_by


@given(kinds, moments, countries, zones)
def test_an_extension_gains_days_or_is_none(kind: str, received: datetime, country: str, zone: str) -> None:
    plain = terms(kind, received, country, zone)
    longer = terms(kind, received, country, zone, extension=True)
    assert longer.complete_by == (plain.extendable_to or plain.complete_by)
    assert longer.complete_by >= plain.complete_by


@given(kinds, moments, countries, zones, st.timedeltas(timedelta(-5), timedelta(days=60)))
def test_an_extension_is_made_in_time_or_refused(
    kind: str, received: datetime, country: str, zone: str, wait: timedelta
) -> None:
    plain = terms(kind, received, country, zone)
    assume(plain.extendable_to is not None)
    if legal.received_on(received + wait, zone) > plain.complete_by:
        with pytest.raises(legal.TooLate):
            extend(kind, received, country, zone, at=received + wait, reason=REASON)
    else:
        assert extend(kind, received, country, zone, at=received + wait, reason=REASON).extended


@given(kinds, moments, countries, zones, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_who_asks_later_is_never_answered_earlier(
    kind: str, received: datetime, country: str, zone: str, later: timedelta
) -> None:
    first, second = (terms(kind, at, country, zone) for at in (received, received + later))
    assert first.complete_by <= second.complete_by
    assert (first.acknowledge_by or date.min) <= (second.acknowledge_by or date.max)
    assert (first.legal_maximum or date.min) <= (second.legal_maximum or date.max)


@given(kinds, moments, countries, zones)
def test_the_hour_of_the_day_does_not_matter(kind: str, received: datetime, country: str, zone: str) -> None:
    came = legal.received_on(received, zone)
    hours = (received + timedelta(hours=number) for number in range(-24, 25))
    each = [terms(kind, at, country, zone) for at in hours if legal.received_on(at, zone) == came]
    assert all(found == each[0] for found in each)


@given(moments, zones)
def test_the_acknowledgement_is_due_on_the_second_working_day_after(received: datetime, zone: str) -> None:
    found, calendar = terms("deletion", received, "", zone), legal.profile("vn").on(received.date()).calendar
    assert found.acknowledge_by is not None
    after = [
        found.received_on + number * DAY for number in range(1, (found.acknowledge_by - found.received_on).days + 1)
    ]
    worked = [day for day in after if calendar.is_working_day(day)]
    assert (len(worked), worked[-1]) == (2, found.acknowledge_by)


@given(moments, st.sampled_from(["DE", "GB"]))
def test_a_month_ends_on_its_own_day_or_on_the_last_of_a_shorter_month(received: datetime, country: str) -> None:
    law = Law(base=legal.terms("deletion", received, country, SAIGON).own_profile)
    found = terms("deletion", received, country, SAIGON, law=law)
    end = found.complete_by
    assert (end.year * 12 + end.month) - (found.received_on.year * 12 + found.received_on.month) == 1
    assert end.day == found.received_on.day or (end.day < found.received_on.day and (end + DAY).day == 1)
    assert found.legal_maximum is not None
    calendar = legal.profile(found.own_profile).on(found.received_on).calendar
    assert calendar.is_working_day(found.legal_maximum, country)
    assert not any(calendar.is_working_day(end + n * DAY, country) for n in range((found.legal_maximum - end).days))


def test_no_law_stops_its_clock_for_verification() -> None:
    for name in NAMES:  # RULES D5: and no function of the clock can be told of one
        assert not any(version.stops_for_verification for version in legal.profile(name).versions)


@pytest.mark.parametrize(("name", "kind"), list(product(NAMES, KINDS)))
def test_every_profile_speaks_of_every_kind(name: str, kind: str) -> None:
    for version in legal.profile(name).versions:
        law = legal.profile(name).on(version.effective_from)
        spans = {part: law.span(kind, part) for part in ("acknowledge", "complete", "with_processor", "extension")}
        assert spans["complete"] or not spans["extension"], f"{name}: {kind} extends a time that it does not have"


def _june(day: int) -> date:
    return date(2026, 6, day)
