"""Values of other systems in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sources.base import Page
from portal.sources.manifest import Column, Table, Text
from portal.subjects.readable import masked, readable, records
from portal.web import words

EN, VI = words.of("en", "Asia/Ho_Chi_Minh"), words.of("vi", "Asia/Ho_Chi_Minh")
NIGHT = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # the 22nd in Viet Nam


@pytest.fixture(params=["Asia/Ho_Chi_Minh", "America/Los_Angeles"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own zone, which must not matter."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("value", "kind", "currency", "said"),
    [
        (None, "", "", ""),
        ("", "", "", ""),
        (NIGHT, "", "", "03:30 on 22 November 2026 (UTC+7)"),
        ("2026-11-21T20:30:00Z", "", "", "03:30 on 22 November 2026 (UTC+7)"),
        ("2026-11-21 20:30:00", "", "", "21 November 2026, 20:30"),
        (datetime(2026, 11, 21, 20, 30), "", "", "21 November 2026, 20:30"),
        ("2026-11-21", "", "", "21 November 2026"),
        (date(2026, 11, 21), "", "", "21 November 2026"),
        ("2026-02-31", "", "", "2026-02-31"),
        ("on 2026-11-21", "", "", "on 2026-11-21"),
        (True, "", "", "Yes"),
        (0, "boolean", "", "No"),
        (1, "integer", "", "1"),
        (20261121, "integer", "", "20261121"),
        (150000, "", "VND", "₫150,000"),
        ("150000.50", "", "EUR", "€150,000.50"),
        ("a lot", "", "VND", "a lot"),
        (Decimal("1234.5678"), "", "", "1,234.5678"),
        (b"\x00" * 2048, "", "", "A file of 2 kB"),
        ({"a": 1}, "", "", '{"a": 1}'),
    ],
)
def test_a_value_is_said_in_words(value: Any, kind: str, currency: str, said: str) -> None:
    assert readable(value, EN, kind, currency) == said


def test_sums_and_days_are_written_as_the_language_writes_them() -> None:
    assert readable(150000, VI, "", "VND") == "150.000\xa0₫"
    assert readable(date(2026, 11, 21), VI) == "21 tháng 11 năm 2026"
    assert readable(False, VI) == "Không"


@given(st.text())
def test_any_text_is_shown_and_none_breaks(text: str) -> None:
    assert isinstance(readable(text, EN), str)


@given(st.text(min_size=1))
def test_a_mask_never_shows_more_than_four_signs_nor_half(text: str) -> None:
    shown = masked(text).removeprefix("••••").removeprefix(" ")
    assert len(shown) <= 4
    assert len(shown) * 2 < len(text) or shown == ""


def test_columns_are_titled_cut_masked_and_left_out() -> None:
    columns = {
        "secret": Column("secret", Text.of("Secret"), export=False),
        "account": Column("account", Text.of({"en": "Account", "vi": "Tài khoản"}), sensitive="financial"),
    }
    table = Table("t", "t", Text.of("T"), "delete", columns=columns)
    page = Page(({"secret": "x", "account": "0123456789", "long_note": "a" * 300, "empty": None},))
    [[account, note, empty]] = records(page, table, VI, False)
    assert (account.title, account.text, account.masked) == ("Tài khoản", "•••• 6789", True)
    assert (note.title, note.text, len(note.whole)) == ("Long note", "a" * 240 + "…", 300)
    assert (empty.text, empty.masked) == ("", False)
    assert records(page, table, VI, True)[0][0].text == "0123456789"
