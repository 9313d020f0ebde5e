"""Identifiers out of what systems have stored, and the pattern that finds them in free text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sources.base import Identifier
from portal.sources.identifiers import normal, normal_phone, phone_digits
from portal.sources.manifest import Match
from portal.sources.sql.spellings import pattern


@pytest.mark.parametrize(
    ("stored", "country", "phone"),
    [
        ("+84 912 345 678", "", "+84912345678"),
        ("0912.345.678", "84", "+84912345678"),
        ("912345678", "84", "+84912345678"),
        ("84912345678", "84", "+84912345678"),
        ("0084 912 345 678", "84", "+84912345678"),
        ("+1 (202) 555-0101", "84", "+12025550101"),
        ("84912345678", "", "+84912345678"),
        ("12345", "", ""),
        ("call me", "84", ""),
    ],
)
def test_a_stored_number_becomes_e_164(stored: str, country: str, phone: str) -> None:
    assert normal_phone(stored, country) == phone


@given(st.from_regex(r"\+84[1-9][0-9]{8}", fullmatch=True))
def test_a_number_is_found_by_all_that_it_may_be_stored_as(phone: str) -> None:
    assert {normal_phone(digits, "84") for digits in phone_digits(phone, "84")} == {phone}


@pytest.mark.parametrize(
    ("kind", "stored", "found"),
    [
        ("email", "  Ánh@Example.COM ", "ánh@example.com"),
        ("email", "not an address", None),
        ("email", None, None),
        ("external_id", 17, "17"),
        ("external_id", b"17", None),
        ("external_id", "", None),
    ],
)
def test_a_stored_value_becomes_an_identifier(kind: str, stored: object, found: str | None) -> None:
    match = Match("email" if kind == "email" else "external_id", "c")
    assert normal(match, stored) == (Identifier(kind, found) if found else None)


SOUGHT = re.compile(
    pattern(["anh@example.com"], [("+84912345678", "84")], ["Nguyễn Thị Ánh", "An", 'O"Hara']), re.IGNORECASE
)


@pytest.mark.parametrize(
    "text",
    [
        "anh@example.com", "Write to ANH@EXAMPLE.COM.", "<anh@example.com>", "mailto:anh%40example.com",
        "x%3Aanh%40example.com&y",
        "+84 912 345 678", "0912.345.678", "(+84) 912-345-678"[1:], "84912345678", "0084912345678",
        "nguyễn thị ánh", "NGUYỄN THỊ ÁNH", "Nguyễn  Thị\nÁnh", "Nguye\u0302\u0303n Thi\u0323 A\u0301nh",
        r"Nguy\u1ec5n Th\u1ecb \u00c1nh", "Nguy%E1%BB%85n%20Th%E1%BB%8B%20%C3%81nh",
        "Nguy%E1%BB%85n+Th%E1%BB%8B+%C3%81nh",
        "an", "dear An,", r"O\"Hara",
    ],
)  # fmt: skip
def test_every_usual_spelling_is_found(text: str) -> None:
    found = SOUGHT.search(text)
    assert found
    assert "[removed]" in SOUGHT.sub("[removed]", text)


@pytest.mark.parametrize(
    "text",
    [
        "xanh@example.com", "anh@example.com.vn", "anh@example.community", "x.anh@example.com", "anh-example.com",
        "1849123456780", "0912345679", "Anna", "than", "Nguyễn Thị", "Ánhh Nguyễn Thị",
    ],
)  # fmt: skip
def test_what_only_contains_it_is_left_alone(text: str) -> None:
    assert SOUGHT.sub("[removed]", text) == text


def test_nobody_is_sought_by_nothing() -> None:
    assert pattern([], [], []) == ""
    assert pattern([], [], ["", " ", "A"]) == ""


@given(st.text(min_size=2), st.text(), st.text())
def test_a_name_between_spaces_is_found_whatever_it_is(name: str, before: str, after: str) -> None:
    sought = pattern([], [], [name])
    if sought:
        assert re.search(sought, f"{before} {name} {after}", re.IGNORECASE)
