"""A mask lets a holder know an address again and gives away little to anybody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.masks import mask, mask_email, mask_name, mask_phone, mask_word

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30)


@given(WORDS)
def test_a_masked_word_shows_two_letters_at_most_and_hides_its_length(word: str) -> None:
    shown = mask_word(word)
    assert len(shown.replace("…", "")) <= min(2, len(word) // 2)
    assert len(shown) <= 3


@given(WORDS, WORDS, st.sampled_from(["com", "vn", "example"]))
def test_a_masked_email_keeps_its_shape_and_hides_its_name(name: str, host: str, ending: str) -> None:
    shown = mask_email(f"{name}@{host}.{ending}")
    assert shown.count("@") == 1
    assert shown.endswith(f".{ending}")
    assert len(shown) <= 3 + 1 + 3 + 1 + len(ending)


@given(st.integers(10**6, 10**15 - 1))
def test_a_masked_phone_shows_four_digits_at_most(number: int) -> None:
    shown = mask_phone(f"+{number}")
    assert sum(letter.isdigit() for letter in shown) <= 4


@given(st.lists(WORDS, max_size=5))
def test_a_masked_name_shows_first_letters_of_all_but_the_first_word(words: list[str]) -> None:
    shown = mask_name(" ".join(words)).split()
    assert len(shown) == max(1, len(" ".join(words).split()))
    assert all(len(part) == 2 and part.endswith(".") for part in shown[1:])


def test_what_people_read() -> None:
    assert mask("email", "mai.nguyen@example.com") == "m…n@e…e.com"
    assert mask("phone", "+84900000008") == "+84 … 08"
    assert mask("external_id", "M-0001") == "M…1"
    assert mask_name("Nguyễn Văn An") == "N…n V. A."
    assert mask_name("") == "…"
