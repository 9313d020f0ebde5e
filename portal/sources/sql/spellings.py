"""The pattern that finds a person in free text: their identifiers and names, in every usual spelling.

It is read by three engines (Python's re, PostgreSQL's and PCRE), so it uses only what all of them know, and is compared
without regard to case by each. Each letter may be written in any of its ways, so any mixture of them is found.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import prod
from urllib.parse import quote

from portal.kernel import spelling
from portal.sources.identifiers import phone_digits

_SHORTEST_NAME, _SHORTEST_NUMBER = 2, 7  # less than that would be found in any text
_BEFORE_ADDRESS, _AFTER_ADDRESS = (
    r"((?<![A-Za-z0-9._+-])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))",
    r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])",
)
# Letters with marks and marks themselves, whatever the engine's locale takes for a letter; plain, in URLs, in JSON.
_LETTERS = "\\w\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff"
_BEFORE_WORD = rf"((?<![{_LETTERS}])|(?<=%[2-7][0-9A-Fa-f])|(?<=\\[nrt]))"
_AFTER_WORD = rf"(?![{_LETTERS}]|%[89A-Fa-f][0-9A-Fa-f]|\\u0[0-3]|\\u1[eE])"
_BETWEEN_WORDS = r"(?:\s|%20|\+)+"
_ALONE, _ENCODED = ".-_~", "@+'!#$&*=?^`{|}"  # signs that URLs leave as they are; that they write as %40
_CLOSER = 4  # outlines of one address
_BETWEEN_DIGITS = r"[ ().\-/]*"


def pattern(emails: Iterable[str], phones: Iterable[tuple[str, str]], words: Iterable[str]) -> str:
    """Return the pattern of e-mails, phones (each with its system's calling code) and names; "" where there is none."""
    parts = {_BEFORE_ADDRESS + _spelt(form) + _AFTER_ADDRESS for email in emails for form in _forms(email)}
    numbers = {digits for phone, country in phones for digits in phone_digits(phone, country)}
    parts |= {_number(digits) for digits in numbers if len(digits) >= _SHORTEST_NUMBER}
    parts |= {_word(form) for word in words if len(word.strip()) >= _SHORTEST_NAME for form in _forms(word)}
    return "(" + "|".join(sorted(parts, key=lambda part: (-len(part), part))) + ")" if parts else ""


@dataclass(frozen=True)
class Outline:
    """What every spelling of one address or number is LIKE, in small letters: quick, and finding more than is meant.

    It is one of `closer`, too, where there are any: they are more, and find less that is not meant. `shapes` are these
    again in the same order, without any letter: for engines to which each case is another text.
    """

    like: str
    closer: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()

    @property
    def least(self) -> int:
        """How many signs there are at least in a text that is like it."""
        return len(self.like.replace("%", ""))


def outlines(emails: Iterable[str], phones: Iterable[tuple[str, str]]) -> list[Outline]:
    """Return them for all. They hold what is the same in every spelling, and places where something else may stand."""
    forms = sorted({form for email in emails for form in _forms(email)})
    numbers = {digits for phone, country in phones for digits in phone_digits(phone, country)}
    long = {digits for digits in numbers if len(digits) >= _SHORTEST_NUMBER}
    ends = sorted(digits for digits in long if not any(digits != other and digits.endswith(other) for other in long))
    return [*map(_outline, forms), *(Outline(f"%{'%'.join(digits)}%") for digits in ends)]


def shared_digit(outlines: Iterable[Outline]) -> str:
    """Return a digit that every text holds which is like any of them, or "": the highest, which dates have least."""
    return max(set("0123456789").intersection(*(outline.like for outline in outlines)), default="")


def _outline(email: str) -> Outline:
    signs = [_signs(letter) for letter in spelling.letters(email.lower())]
    like = re.sub(r"_*%[_%]*", "%", "".join(sign if len(of) == 1 else "%" for of in signs for sign in of[:1]))
    if prod(map(len, signs)) > _CLOSER:
        return Outline(f"%{like}%")
    plain = [_plain(letter) for letter in spelling.letters(email.lower())]
    shapes = (re.sub(r"[a-z]", "_", "".join(one)) for one in product(*plain))
    closer = tuple(f"%{''.join(one)}%" for one in product(*signs))
    return Outline(f"%{like}%", closer, tuple(f"%{shape}%" for shape in shapes))


def _plain(letter: str) -> tuple[str, ...]:
    """Return how a sign is written in a LIKE, as it is and as URLs do; a letter with marks in any way."""
    if letter.isascii() and (letter.isalnum() or letter in _ALONE):
        return (letter,)
    return (letter, "\\" + quote(letter, safe="").lower()) if letter in _ENCODED else ("%",)


def _signs(letter: str) -> tuple[str, ...]:
    """Return a letter that is always written as itself, or how many signs it may be written with: `%` for any."""
    if letter.isascii() and letter.isalnum():
        return (letter,)
    if letter in _ALONE:
        return ("_",)
    return ("_", "___") if letter in _ENCODED else ("%",)


def _forms(text: str) -> set[str]:
    """Return a text as it is and composed; they differ in letters that are no more than another's older number."""
    return {text.strip(), unicodedata.normalize("NFC", text.strip())}


def _number(digits: str) -> str:
    return r"(?<![0-9])\+?" + _BETWEEN_DIGITS.join(digits) + r"(?![0-9])"


def _word(word: str) -> str:
    return _BEFORE_WORD + _BETWEEN_WORDS.join(_spelt(part) for part in word.split()) + _AFTER_WORD


def _spelt(text: str) -> str:
    return "".join(_ways(letter) for letter in spelling.letters(text))


def _ways(letter: str) -> str:
    """Return one letter as the engines read it: as it is, in JSON, in URLs. An engine may not know that Ễ is ễ."""
    if letter.isascii() and letter.isalnum():
        return letter
    plain = spelling.written(letter)
    ways = {*plain, *(json.dumps(way)[1:-1] for way in plain), *(quote(way, safe="") for way in plain)}
    listed = sorted(ways, key=lambda way: (-len(way), way))
    return "(?:" + "|".join(_literal(way) for way in listed) + ")"


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() or not sign.isascii() else "\\" + sign for sign in text)
