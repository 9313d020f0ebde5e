"""The pattern that finds a person in free text: their identifiers and names, in every usual spelling.

It is read by three engines (Python's re, PostgreSQL's and PCRE), so it uses only what all of them know, and is compared
without regard to case by each.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from portal.sources.identifiers import phone_digits

_SHORTEST_NAME, _SHORTEST_NUMBER = 2, 7  # less than that would be found in any text
_BEFORE_ADDRESS, _AFTER_ADDRESS = (
    r"((?<![A-Za-z0-9._+-])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))",
    r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])",
)
_BETWEEN_DIGITS = r"[ ().\-/]*"


def pattern(emails: Iterable[str], phones: Iterable[tuple[str, str]], words: Iterable[str]) -> str:
    """Return the pattern of e-mails, phones (each with its system's calling code) and names; "" where there is none."""
    parts = {_address(form) for email in emails for form in _forms(email)}
    numbers = {digits for phone, country in phones for digits in phone_digits(phone, country)}
    parts |= {_number(digits) for digits in numbers if len(digits) >= _SHORTEST_NUMBER}
    parts |= {_word(form) for word in words if len(word.strip()) >= _SHORTEST_NAME for form in _forms(word)}
    return "(" + "|".join(sorted(parts, key=lambda part: (-len(part), part))) + ")" if parts else ""


def _forms(text: str) -> set[str]:
    """Return a text as written, in either case (an engine may not know that Ễ is ễ), decomposed, in JSON, in URLs."""
    plain = text.strip()
    cases = {plain, plain.upper(), plain.lower(), plain.casefold()}
    forms = cases | {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}
    coded = {json.dumps(form)[1:-1] for form in forms} | {quote(form, safe="") for form in forms}
    return forms | coded | {form.replace("%20", "+") for form in coded if "%20" in form}


def _address(form: str) -> str:
    return _BEFORE_ADDRESS + _literal(form) + _AFTER_ADDRESS


def _number(digits: str) -> str:
    return r"(?<![0-9])\+?" + _BETWEEN_DIGITS.join(digits) + r"(?![0-9])"


def _word(form: str) -> str:
    return r"(?<!\w)" + r"\s+".join(_literal(part) for part in form.split()) + r"(?!\w)"


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() or not sign.isascii() else "\\" + sign for sign in text)
