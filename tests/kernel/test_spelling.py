"""One name in many spellings, and the order of names."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import spelling
from portal.kernel.spelling import sort_key, unaccented, written

SIGNS = st.sampled_from("aăâeêioôơuưydđAĂÂEÊOÔƠUƯDĐnhtmngNHT \u0300\u0301\u0303\u0309\u0323")
NAMES = st.text(SIGNS, min_size=1).map(lambda name: "n" + name)  # no mark without its letter


def test_accents_go_however_they_are_composed() -> None:
    for form in ("NFC", "NFD"):
        assert unaccented(unicodedata.normalize(form, "Nguyễn Văn Ân")) == "Nguyen Van An"
    assert [unaccented(name) for name in ("Đặng Đức", "Łódź", "Gauß", "Søren", "김")] == [
        "Dang Duc", "Lodz", "Gauss", "Soren", "김",
    ]  # fmt: skip


@given(NAMES)
def test_every_way_to_write_a_name_is_one_without_accents(name: str) -> None:
    assert len({unaccented(way) for way in spelling.canonical(name)}) == 1


def test_a_letter_is_written_in_any_order_of_its_marks_or_bare_in_either_case() -> None:
    ways = written("ậ")
    for way in ("ậ", "a\u0323\u0302", "a\u0302\u0323", "ạ\u0302", "â\u0323", "a", "Ậ", "A\u0302\u0323", "A"):
        assert way in ways, way
    assert not ways & {"â", "ạ", "ă", "ấ"}
    assert written("đ") == {"đ", "Đ", "d", "D"}


def test_the_alphabet_is_in_its_order_and_tones_in_theirs() -> None:
    alphabet = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
    assert sorted(reversed(alphabet), key=sort_key) == list(alphabet)
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(reversed(tones), key=sort_key) == tones
    names = [
        "An",
        "Anh",
        "Ánh",
        "Ăn",
        "Ân",
        "Bình",
        "Cúc",
        "Dũng",
        "Đào",
        "Đức",
        "Em",
        "Ổn",
        "Ơn",
        "Uyên",
        "Ưng",
        "Vân",
    ]
    assert sorted(reversed(names), key=sort_key) == names


def test_letters_decide_before_tones_and_digits_come_first() -> None:
    names = ["1 Hùng Vương", "Hòa", "Hoà Bình", "Hóa", "Hoàn", "김"]
    assert sorted(names, key=sort_key)[0] == "1 Hùng Vương"
    assert sorted(names, key=sort_key)[-1] == "김"
    assert sort_key("Hòa")[0] < sort_key("Hoàn")[0]


@given(NAMES)
def test_composed_and_decomposed_sort_alike(name: str) -> None:
    assert len({sort_key(form) for form in spelling.canonical(name)}) == 1


@given(NAMES, NAMES)
def test_the_first_letter_that_differs_decides(one: str, other: str) -> None:
    places = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}

    def letters(name: str) -> list[int]:
        apart = unicodedata.normalize("NFD", name.lower())
        bare = unicodedata.normalize("NFC", "".join(sign for sign in apart if sign not in spelling.TONES))
        return [places.get(letter, -1) for letter in bare]

    if letters(one) != letters(other):
        assert (sort_key(one) < sort_key(other)) == (letters(one) < letters(other))


@given(st.text(), st.text())
def test_any_two_texts_have_an_order_and_only_equal_ones_are_equal(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (sort_key(one) == sort_key(other)) == same
    assert (sort_key(one) < sort_key(other)) != (sort_key(one) >= sort_key(other))
