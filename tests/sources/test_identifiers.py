"""Identifiers out of what systems have stored, and the pattern that finds them in free text."""

import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import spelling
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
        ("841234567", "84", "+84841234567"),
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
        ("email", "Max@Fußball.de", "max@fußball.de"),
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


NAME = "Nguyễn Văn Ân Đặng"


def mixtures(name: str) -> st.SearchStrategy[str]:
    """Any mixture of spellings: each letter composed, decomposed, half composed or bare, in either case."""
    ways = [
        st.sampled_from([" ", "  ", "\n"]) if letter == " " else st.sampled_from(sorted(spelling.written(letter)))
        for letter in name
    ]
    return st.tuples(*ways).map("".join)


SPELT = re.compile(pattern([], [], [NAME, "An", "Ân"]), re.IGNORECASE)


@given(
    mixtures(NAME), st.sampled_from(["", "Dear ", "(", "“", "\u0111: "]), st.sampled_from(["", ".", ")", "’s", " x"])
)
def test_any_mixture_of_spellings_of_a_name_is_found(written: str, before: str, after: str) -> None:
    assert SPELT.sub("[removed]", before + written + after) == before + "[removed]" + after


@given(mixtures(NAME))
def test_a_mixture_is_found_in_json_and_in_addresses(written: str) -> None:
    single = " ".join(written.split())
    for text in (f'["{written}"]', json.dumps([single]), f"?q={quote(single)}&x=1", f"?q={quote_plus(single)}&x=1"):
        assert "[removed]" in SPELT.sub("[removed]", text)
        assert "v" not in SPELT.sub("[removed]", text).casefold().replace("removed", ""), text


@pytest.mark.parametrize(
    "text",
    [
        "than", "thân", "tha\u0302n", "Ăn", "A\u0306n", "Ấn", "A\u0302\u0301n", "Anh", "Ânh", "An\u0303", "hỏiÂn",
        "Nguyễn Văn Ăn Đặng", "Nguyen Van Anh Dang", r"th\u00e2n", "th%C3%A2n", r"An\u0303",
    ],
)  # fmt: skip
def test_another_name_or_part_of_a_word_is_left_alone(text: str) -> None:
    assert SPELT.sub("[removed]", text) == text
