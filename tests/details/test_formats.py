"""What may be written: one spelling a value, refused by name and never by an accident; and masks hide."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.details.formats import LINES, LONGEST, WrongFormat, canonical
from portal.subjects.readable import masked

KINDS = ("text", "address", "email", "phone", "date", "tax_id", "bank_account")


@pytest.mark.parametrize("kind", KINDS)
@given(typed=st.text(max_size=200))
def test_whatever_is_typed_gets_one_spelling_or_is_refused_by_name(kind: str, typed: str) -> None:
    with suppress(WrongFormat):
        once = canonical(kind, typed)
        assert canonical(kind, once) == once
        assert all(0 < len(line) <= LONGEST + 1 for line in once.split("\n"))
        assert once.count("\n") < (LINES if kind == "address" else 1)
        assert "\r" not in once
        assert "\0" not in once


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", "  Nguyễn\t Mai ", "Nguyễn Mai"),
        ("email", " Mai@Example.COM", "mai@example.com"),
        ("phone", "+84 90 123 45 67", "+84901234567"),
        ("date", "1990-02-28", "1990-02-28"),
        ("tax_id", "0312 345 678-001", "0312345678-001"),
        ("bank_account", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("bank_account", "Vietcombank 0071 0012 3456", "Vietcombank 007100123456"),
        ("bank_account", "0071.001-234567 VCB", "0071001234567 VCB"),
        ("address", "  12 Bạch Đằng \r\n\n Hải Châu,  Đà Nẵng\n", "12 Bạch Đằng\nHải Châu, Đà Nẵng"),
        ("tax_id", "079090001234", "079090001234"),
    ],
)
def test_a_value_is_stored_in_one_spelling(kind: str, typed: str, stored: str) -> None:
    assert canonical(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", " \n "),
        ("text", "a\u202e\ue000"),
        ("email", "mai@"),
        ("phone", "123"),
        ("date", "1990-02-30"),
        ("date", "2990-01-01"),
        ("date", "1850-01-01"),
        ("tax_id", "ABC"),
        ("tax_id", "ABCDEFGH"),
        ("bank_account", "DE88370400440532013000"),
        ("bank_account", "my account"),
        ("bank_account", "VCB 12345"),
        ("bank_account", "VCB 12345678901234567890"),
        ("address", "\n \n"),
        ("address", "\n".join("1234567")),
    ],
)
def test_a_wrong_value_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(WrongFormat):
        canonical(kind, typed)


@given(st.text(min_size=1, max_size=60))
def test_a_mask_shows_four_signs_at_most_and_never_half(number: str) -> None:
    shown = masked(number).removeprefix("••••").removeprefix(" ")
    assert len(shown) <= 4
    assert len(shown) * 2 < len(number) or not shown
    assert number.endswith(shown)
