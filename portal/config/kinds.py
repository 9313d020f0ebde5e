"""Kinds of values in `site.toml`: what fits, and what to write where something else stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

Languages = tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """What a key may hold. `wrong` says in words what does not fit, or ""; `write` is what to put there instead."""

    write: str
    wrong: Callable[[Any, Languages], str]


def _plain(write: str, fits: Callable[[Any], bool]) -> Kind:
    return Kind(write, lambda value, _: "" if fits(value) else f"is {value!r}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value)) and len(set(value)) == len(value)


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):  # no such name, no name of a zone at all, a folder of zones
        return False


def _lacking(value: Any, languages: Languages) -> str:
    """Words are a table with a text in every language of the site."""
    if not isinstance(value, Mapping):
        return f"is {value!r}"
    lacking = [language for language in languages if not _is_text(value.get(language))]
    return f"has no words in {', '.join(lacking)}" if lacking else ""


def _worded_by(value: Any, languages: Languages) -> str:
    """Tell what is wrong with words that have a place for the channel, and for nothing else."""
    if lacking := _lacking(value, languages):
        return lacking
    try:
        places = {place for text in value.values() for _, place, _, _ in Formatter().parse(text) if place is not None}
    except ValueError:
        return "has a brace without its partner"
    return "" if places <= {"by"} else f"has {{{sorted(places - {'by'})[0]}}} in it"


def number(low: int, high: int) -> Kind:
    """Make the kind of whole numbers within bounds."""
    return _plain(f"a whole number from {low} to {high}", lambda value: type(value) is int and low <= value <= high)


def one_of(*words: str) -> Kind:
    """Make the kind of one word out of some."""
    *others, last = (f'"{word}"' for word in words)
    return _plain(f"{', '.join(others)} or {last}", lambda value: value in words)


TEXT = _plain("a text in quotes", _is_text)
LABEL = _plain('a text in quotes, or "" for none', lambda value: isinstance(value, str))
TEXTS = _plain('one text or more, each once, as ["One", "Two"]', _are_texts)
FEW = _plain('texts, as ["one", "two"]', lambda value: value == [] or _are_texts(value))
CODES = _plain(
    'codes of languages, as ["en", "vi"]',
    lambda value: _are_texts(value) and all(re.fullmatch(r"[a-z]{2,3}(_[A-Z]\w+)?", code) for code in value),
)
FLAG = _plain("true or false", lambda value: type(value) is bool)
DAY = _plain("a day without quotes, as 2026-11-28", lambda value: type(value) is date)
ZONE = _plain('the name of a time zone, as "Europe/Berlin"', _is_zone)
ADDRESS = _plain(
    'an e-mail address, as "privacy@example.com"',
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+", value)),
)
COUNTRY = _plain(
    'a country by its two capital letters, as "DE"',
    lambda value: isinstance(value, str) and bool(re.fullmatch("[A-Z]{2}", value)),
)
HTTPS = _plain(
    'an address, as "https://www.example.com/privacy"',
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"https://[^\s/]+\.[^\s]+", value)),
)
CONTACT = _plain(
    'where weaknesses are reported, as "mailto:security@example.com" or "https://www.example.com/security"',
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"(mailto:[^\s@]+@|https://|tel:\+)\S+", value)),
)
DOMAIN = _plain(
    'a domain, as "example.com"', lambda value: isinstance(value, str) and bool(re.fullmatch(r"[\w.-]+\.\w+", value))
)
HOURS = _plain('two times, as ["07:00", "22:00"]', lambda value: isinstance(value, list))
WORDS = Kind('a text for each language of the site, as { en = "…", vi = "…" }', _lacking)
WORDED_BY = Kind("a text for each language of the site, with {by} where the channel is named", _worded_by)
NAMED = Kind(
    "a name in quotes, or one for each language of the site",
    lambda value, languages: "" if _is_text(value) else _lacking(value, languages),
)
