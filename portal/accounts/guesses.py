"""How soon a password would be guessed: of how many known pieces it is put together (RULES A1, no composition rules).

A password is cut into the pieces that whoever guesses tries first: words of this site and of the person, passwords that
many people use, walks over the keyboard, counting, repeats. Each costs little, however long it is; any other sign costs
as much as such a walk. Four common words in a row are enough, three or the name of the site twice are not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from portal.kernel.problems import N_

ENOUGH = 7  # what the pieces have to cost together
_SHORTEST_WORD, _LONGEST_WORD = 3, 20
_COMMON = Path(__file__).parent / "data" / "common-passwords.txt"
_WALKS = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()_+"),
)
_LOOKS_LIKE = str.maketrans("@4301$57", "aaeoisst")
_BETWEEN = " .-_@+"  # what people put between words costs nothing

SITE = N_("It is made of words that are tried first: the name of this site, its products, or your own address.")
COMMON = N_("It is made of passwords that many people use.")
WALK = N_("It follows the keyboard or the alphabet, or it counts.")
REPEAT = N_("It says the same again and again.")

Piece = tuple[int, int, str]  # where it begins, what it costs, why it is known ("" for a single sign)


def why_weak(password: str, own_words: Collection[str]) -> str:
    """Return the rule by which a password is too easy to guess, as a sentence; "" where it is good enough."""
    text = _plain(password)
    block = _repeated(text)
    cost, kinds = _cheapest(block, {_plain(word) for word in own_words})
    if cost + (block != text) >= ENOUGH:
        return ""
    if block != text:
        kinds[REPEAT] += len(text) - len(block)
    known = SITE if kinds[SITE] else ""
    return known or (kinds.most_common(1)[0][0] if kinds else REPEAT)


def words_of(*texts: str) -> set[str]:
    """Return the words in names and addresses that are long enough to be worth guessing."""
    found = {word for text in texts for word in re.split(r"[\W_\d]+", _plain(text))}
    return {word for word in found if len(word) >= _SHORTEST_WORD}


def _plain(text: str) -> str:
    """Return a text without accents and case: who guesses tries them all."""
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def _repeated(text: str) -> str:
    """Return what a text repeats from end to end, at least twice; else the text."""
    for length in range(1, len(text) // 2 + 1):
        if text[length:] == text[:-length]:
            return text[:length]
    return text


def _cheapest(text: str, own: Collection[str]) -> tuple[int, Counter[str]]:
    """Cut a text in the way that costs least; return the cost, and how many signs each kind of piece covers."""
    least: list[tuple[int, Piece | None]] = [(0, None)]
    for end in range(1, len(text) + 1):
        pieces = _pieces(text, end, own)
        least.append(min(((least[piece[0]][0] + piece[1], piece) for piece in pieces), key=lambda way: way[0]))
    kinds: Counter[str] = Counter()
    place = len(text)
    while (piece := least[place][1]) is not None:
        if piece[2]:
            kinds[piece[2]] += place - piece[0]
        place = piece[0]
    return least[-1][0], kinds


def _pieces(text: str, end: int, own: Collection[str]) -> Iterator[Piece]:
    """Yield each piece that ends here."""
    yield end - 1, 0 if text[end - 1] in _BETWEEN else 1, ""
    start = end - 1
    while start and text[start - 1] == text[end - 1]:
        start -= 1
    if end - start >= _SHORTEST_WORD:
        yield start, 1, REPEAT
    for start in range(max(0, end - 40), end - _SHORTEST_WORD + 1):
        yield from _known(text[start:end], start, own)


def _known(piece: str, start: int, own: Collection[str]) -> Iterator[Piece]:
    alike = piece.translate(_LOOKS_LIKE)
    if piece in own or alike in own:
        yield start, 1, SITE
    if any(piece in walk or piece[::-1] in walk for walk in _WALKS) or re.fullmatch(r"(19|20)\d\d", piece):
        yield start, 1, WALK
    if len(piece) <= _LONGEST_WORD and (piece in _common() or alike in _common()):
        yield start, 2, COMMON


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="ascii").split())
