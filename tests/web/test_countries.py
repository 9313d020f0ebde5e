"""Words in the order of a language's dictionaries."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.web.countries import sort_key

VIETNAMESE = [
    *("an", "ản", "Áo", "ăn", "âm", "ban", "bàn", "bản", "bán", "bạn", "can", "cha", "dan", "đan", "em", "êm"),
    *("Ga-na", "la", "ma", "mà", "mả", "mã", "má", "mạ", "man", "nga", "o", "ô", "ơ", "u", "ư", "ý"),
]


def test_vietnamese_words_stand_as_in_a_vietnamese_dictionary() -> None:
    assert sorted(reversed(VIETNAMESE), key=lambda word: sort_key("vi", word)) == VIETNAMESE


def test_in_english_an_accent_only_decides_between_equals() -> None:
    words = ["Åland Islands", "Albania", "Cote", "Côte", "Côte d’Ivoire", "Croatia"]
    assert sorted(reversed(words), key=lambda word: sort_key("en", word)) == words


@given(st.lists(st.text(max_size=8)), st.sampled_from(["en", "vi"]))
@settings(deadline=None)
def test_any_words_can_be_sorted_and_only_alike_ones_are_equal(words: list[str], language: str) -> None:
    ordered = sorted(words, key=lambda word: sort_key(language, word))
    assert sorted(reversed(words), key=lambda word: sort_key(language, word)) == ordered
