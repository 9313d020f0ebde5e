"""How soon a password would be guessed."""

from __future__ import annotations

from string import ascii_letters, digits

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts.guesses import COMMON, REPEAT, SITE, WALK, why_weak, words_of
from portal.kernel import scrypt

OWN = words_of("Lotus Books", "Đà Nẵng Hub", "mai.nguyen@example.com")


def test_words_are_found_in_names_and_addresses_without_accents() -> None:
    assert OWN == {"lotus", "books", "nang", "hub", "mai", "nguyen", "example", "com"}


def test_each_rule_is_named() -> None:
    assert why_weak("LotusBooks2026!", OWN) == SITE
    assert why_weak("NguyễnMaiNguyễn1", OWN) == SITE
    assert why_weak("iloveyoumonkey1", OWN) == COMMON
    assert why_weak("poiuytrewqlkjhgf", OWN) == WALK
    assert why_weak("zebu zebu zebu zebu", OWN) == REPEAT


def test_four_common_words_are_enough_and_three_are_not() -> None:
    assert why_weak("monkey dragon shadow", OWN) == COMMON
    assert why_weak("monkey dragon shadow master", OWN) == ""


@given(st.lists(st.sampled_from("bdfhjkmpvwxz2468"), min_size=15, max_size=40, unique=True))
@settings(deadline=None)
def test_signs_without_a_pattern_are_enough(signs: list[str]) -> None:
    assert why_weak("".join(signs), OWN) == ""


@given(st.text(ascii_letters + digits, min_size=1, max_size=4), st.integers(8, 60))
@settings(deadline=None)
def test_no_short_block_grows_strong_by_repeating(block: str, times: int) -> None:
    assert why_weak(block * times, OWN) != ""


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(why_weak(text, OWN), str)


def test_what_is_stored_names_its_cost_and_the_cost_is_what_owasp_asks() -> None:
    made = scrypt.hashed("a password")
    assert made.split("$")[:4] == ["scrypt", "15", "8", "3"]
    assert scrypt.matches("a password", made)
    assert not scrypt.matches("another", made)
    assert not scrypt.matches("a password", None)
