"""Identifiers as the portal writes them, out of what systems have stored."""

from __future__ import annotations

import re

from portal.kernel.spelling import canonical
from portal.sources.base import Identifier
from portal.sources.manifest import Match

EXTERNAL = "external_id"
_SHORTEST, _LONGEST = 6, 15  # digits of a phone number (E.164)
_WITH_COUNTRY = 10  # digits: a number that is shorter and begins like a calling code is a national one all the same


def external(source_id: str, number: str) -> str:
    """Return how the portal writes the number of somebody in a system: each has its own, so it is named."""
    return f"{source_id}:{number}"


def there(identifier: Identifier, source_id: str) -> Identifier | None:
    """Return an identifier as one system knows it; None for a number that another one gave."""
    if identifier.kind != EXTERNAL:
        return identifier
    source, _, number = identifier.value.partition(":")
    return Identifier(EXTERNAL, number) if source == source_id else None


def normal(match: Match, stored: object) -> Identifier | None:
    """Return the identifier that a stored value stands for, or None where it is none."""
    text = "" if stored is None or isinstance(stored, bytes) else str(stored).strip()
    if match.kind == "email":
        text = canonical(text.lower())[0] if "@" in text else ""
    elif match.kind == "phone":
        text = normal_phone(text, match.country)
    return Identifier(match.kind, text) if text else None


def normal_phone(text: str, country: str = "") -> str:
    """Return a number as E.164; `country` holds the calling code of numbers stored without one. "" for no number."""
    digits = re.sub(r"[^0-9]", "", text)
    if digits.startswith("00"):
        digits = digits[2:]
    elif country and not text.lstrip().startswith("+"):
        national = digits.startswith("0") or not digits.startswith(country) or len(digits) < _WITH_COUNTRY
        digits = country + digits.removeprefix("0") if national else digits
    return "+" + digits if _SHORTEST <= len(digits) <= _LONGEST else ""


def phone_digits(value: str, country: str = "") -> tuple[str, ...]:
    """Return the digits by which a system may have stored an E.164 number; `country` as in `normal_phone`."""
    digits = value.removeprefix("+")
    national = digits.removeprefix(country) if country and digits.startswith(country) else ""
    return (digits, "00" + digits, *(("0" + national, national) if national else ()))
