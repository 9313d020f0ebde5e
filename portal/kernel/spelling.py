"""One name, many spellings: composed or decomposed, with accents or without, in either case; and the order of names.

Whoever compares, seeks or sorts names asks here, so that what is found in one place is found in every other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations

_LETTERS = {
    "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
_UNACCENTED = str.maketrans(
    {"ẞ": "SS"} | _LETTERS | {sign.upper(): plain.upper() for sign, plain in _LETTERS.items() if len(sign.upper()) == 1}
)
_MOST_MARKS = 3  # on one letter; of more, not every order is tried

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
_RANKS = {letter: rank for rank, letter in enumerate(ALPHABET)}

Key = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, ...], ...], str]


def unaccented(text: str) -> str:
    """Return a text without marks, đ as d: Nguyen for Nguyễn."""
    apart = unicodedata.normalize("NFD", text)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_UNACCENTED)
    return unicodedata.normalize("NFC", bare)


def canonical(text: str) -> tuple[str, ...]:
    """Return the ways in which programs write the very same text: composed and decomposed. Accents count."""
    return tuple(dict.fromkeys(unicodedata.normalize(form, text) for form in ("NFC", "NFD")))


def letters(text: str) -> Iterator[str]:
    """Yield a text letter by letter, each with the marks that follow it."""
    letter = ""
    for sign in text:
        if letter and not unicodedata.combining(sign):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


@lru_cache(maxsize=4096)
def written(letter: str) -> frozenset[str]:
    """Return every way in which a letter with its marks is written: any order and composition, or bare; either case."""
    apart, base, marks = _apart(letter)
    orders = permutations(marks) if len(marks) <= _MOST_MARKS else [tuple(marks)]
    made = {
        unicodedata.normalize("NFC", base + "".join(order[:start])) + "".join(order[start:])
        for order in orders
        for start in range(len(marks) + 1)
    }
    same = {way for way in made if unicodedata.normalize("NFD", way) == apart}
    ways = {letter, *same, *canonical(letter), unaccented(letter)} - {""}
    return frozenset(cased for way in ways for cased in (way, way.lower(), way.upper(), way.casefold()) if cased)


def sort_key(text: str) -> Key:
    """Return what sorts by the Vietnamese alphabet (a ă â b c d đ …), which keeps the order of the Latin one.

    Letters decide first, then tones (none, huyền, hỏi, ngã, sắc, nặng), then the text itself, small letters first.
    """
    composed = unicodedata.normalize("NFC", text)
    found = [_place(part) for letter in letters(composed) for part in _parts(letter)]
    return tuple(place for place, _ in found), tuple(marks for _, marks in found), composed.swapcase()


def _apart(letter: str) -> tuple[str, str, str]:
    """Return a letter decomposed, its base, and its marks; what is put together of letters (Hangul) has no marks."""
    apart = unicodedata.normalize("NFD", letter)
    if all(unicodedata.combining(sign) for sign in apart[1:]):
        return apart, apart[0], apart[1:]
    return apart, letter, ""


def _parts(letter: str) -> Iterator[tuple[str, str]]:
    """Yield base and marks of a letter in small; what is no letter of the alphabet goes by those it stands for."""
    _, base, marks = _apart(letter)
    base = base.lower()[:1]
    plain = base if base in _RANKS else base.translate(_UNACCENTED)
    for place, sign in enumerate(plain):
        yield sign, marks if place == 0 else ""


def _place(part: tuple[str, str]) -> tuple[tuple[int, int], tuple[int, ...]]:
    base, marks = part
    for mark in marks:
        if (letter := unicodedata.normalize("NFC", base + mark)) in _RANKS:
            base, marks = letter, marks.replace(mark, "", 1)
    tones = tuple(TONES.index(mark) + 1 if mark in TONES else ord(mark) for mark in marks)
    if base in _RANKS:
        return (1, _RANKS[base]), tones
    return (2 if base.isalpha() else 0, ord(base[0])), tones
