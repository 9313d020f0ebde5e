"""What a choice takes in: pure logic, for any choice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.download.choice import Choice, day_of, time_column
from portal.download.masks import DOTS, mask, masked
from portal.sources import manifest
from portal.sources.manifest import Manifest

DA_NANG = ZoneInfo("Asia/Ho_Chi_Minh")
NAMES = st.text("abcxyz_.", min_size=1, max_size=8)
DAYS = st.dates(date(1990, 1, 1), date(2050, 1, 1))
CHOICES = st.builds(
    Choice,
    st.none() | st.dictionaries(NAMES, st.lists(NAMES, min_size=1, unique=True).map(tuple), max_size=4),
    st.none() | DAYS,
    st.none() | DAYS,
    st.sampled_from(["", "us-ca", "other"]),
)


def described(**tables: dict[str, Any]) -> Manifest:
    raw = {
        "source": {"id": "shop", "title": "Shop", "url": "env:SHOP"},
        "subject": {"table": "people", "match": {"email": "email"}},
        "tables": {"people": {"erase": "delete"}}
        | {name: {"erase": "delete", "link": "person_id -> people.id", **said} for name, said in tables.items()},
    }
    return manifest.parse(raw, "shop.toml")


@given(CHOICES)
def test_a_choice_is_read_back_as_it_was_written(choice: Choice) -> None:
    assert Choice.read(choice.written()) == choice


def test_what_was_stored_before_there_was_a_choice_is_everything() -> None:
    assert Choice.read({}) == Choice()
    assert Choice().asks("any", "table")
    assert not Choice(tables={}).asks("any", "table")


@given(CHOICES, DAYS)
def test_a_day_is_covered_exactly_between_the_first_and_the_last(choice: Choice, day: date) -> None:
    inside = (choice.since is None or choice.since <= day) and (choice.until is None or day <= choice.until)
    for value in (day, datetime(day.year, day.month, day.day, 12), day.isoformat(), f"{day} 23:59:59"):
        assert choice.covers(value, DA_NANG) == inside


@pytest.mark.parametrize("value", [None, "", "soon", 5, 1.5, b"2026-01-01", "9999-99-99"])
def test_what_is_no_date_is_always_there(value: Any) -> None:
    assert Choice(since=date(2026, 1, 1), until=date(2026, 1, 1)).covers(value, DA_NANG)


def test_a_moment_falls_on_the_day_of_the_site() -> None:
    late = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    assert day_of(late, DA_NANG) == date(2026, 3, 2)
    assert day_of(late.isoformat(), DA_NANG) == date(2026, 3, 2)
    assert day_of(late.replace(tzinfo=None), DA_NANG) == date(2026, 3, 1)


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=14)))) | st.datetimes() | st.text() | st.dates())
def test_no_value_breaks_a_choice_of_days(value: Any) -> None:
    assert Choice(since=date(2026, 1, 1)).covers(value, ZoneInfo("Pacific/Kiritimati")) in (True, False)


def test_a_table_is_dated_by_what_it_declares_else_by_the_first_date_it_is_ordered_by() -> None:
    found = described(
        declared={"time": "seen", "order_by": "made"},
        ordered={"order_by": ["number", "made desc"]},
        plain={"order_by": "number"},
        hidden={"time": "made", "columns": {"made": {"export": False}}},
    )
    kinds = {"number": "integer", "made": "datetime", "seen": "text"}
    dated = {name: time_column(found, table, kinds) for name, table in found.tables.items()}
    assert dated == {"people": "", "declared": "seen", "ordered": "made", "plain": "", "hidden": ""}


def test_the_law_is_the_persons_and_else_the_sites() -> None:
    assert [Choice(country=said).masks("vn") for said in ("", "us-ca", "other")] == [False, True, False]
    assert [Choice(country=said).masks("us-ca") for said in ("", "us-ca", "other")] == [True, True, False]


@given(st.text(min_size=1), st.sampled_from(["financial", "government", "government-id", "health"]))
def test_a_mask_shows_four_signs_at_most_and_never_half(value: str, kind: str) -> None:
    shown = mask(value, kind)
    assert shown.startswith(DOTS)
    tail = shown.removeprefix(DOTS).removeprefix(" ")
    assert tail in ("", value[-4:])
    assert 2 * len(tail) <= len(value)


def test_numbers_show_their_end_and_secrets_nothing() -> None:
    assert mask("0123456781234", "financial") == "•••• 1234"
    assert mask(123456789, "government") == "•••• 6789"
    assert mask("1234", "financial") == DOTS
    assert mask("a long password", "secret") == mask(b"\x00" * 99, "biometric") == DOTS
    assert mask(None, "financial") is None
    assert mask("", "health") == ""


def test_only_declared_kinds_are_masked() -> None:
    kinds = ("financial", "government", "government-id", "health", "secret", "biometric", "location")
    columns: dict[str, Any] = {kind: {"sensitive": kind} for kind in kinds} | {"name": {"title": "Name"}}
    table = described(cards={"columns": columns}).tables["cards"]
    assert set(masked(table)) == set(kinds) - {"location"}
