"""The countries of the world as a language calls and sorts them."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale

from portal.web.words import here

# Codes that are no country: unions, outlying parts counted elsewhere, and what tests use.
_NONE = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
_LETTERS = {"vi": "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"}
_LATIN = "abcdefghijklmnopqrstuvwxyz"
# What only decides between words that are otherwise alike; in Vietnamese the tones, in the order of its dictionaries.
_TONES = {"vi": "\u0300\u0309\u0303\u0301\u0323"}

Key = tuple[list[tuple[int, str | int]], list[int], str]


def all_countries() -> list[tuple[str, str]]:
    """Return code and name of every country in the language of the request, in its order."""
    return list(_sorted(here().language, here().locale))


def name_of(code: str) -> str:
    """Return what the language of the request calls a country."""
    return str(Locale.parse(here().locale).territories[code])


def sort_key(language: str, text: str) -> Key:
    """Return what puts words into the order of a language's dictionaries: first letters, then accents, then case."""
    tones, letters = _TONES.get(language, ""), _LETTERS.get(language, _LATIN)
    plain = ""
    accents: list[int] = []
    for sign in unicodedata.normalize("NFD", text.casefold()):
        is_tone = unicodedata.combining(sign) and (sign in tones or not tones)
        if is_tone:
            accents[-1:] = [tones.find(sign) + 2]
        else:
            plain, accents = plain + sign, [*accents, 0]
    return [_place(sign, letters) for sign in unicodedata.normalize("NFC", plain)], accents, text


def _place(sign: str, letters: str) -> tuple[int, str | int]:
    """Return where a sign stands: blanks and marks first, then the alphabet, then what is foreign to it."""
    if not sign.isalnum():
        return (0, sign)
    known = sign if sign in letters else unicodedata.normalize("NFD", sign)[0]
    return (1, letters.index(known)) if known in letters else (2, sign)


@cache
def _sorted(language: str, locale: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(locale).territories.items()
    found = [(code, name) for code, name in names if len(code) == 2 and code.isalpha() and code not in _NONE]
    return tuple(sorted(found, key=lambda country: sort_key(language, country[1])))
