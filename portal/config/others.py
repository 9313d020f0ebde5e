"""Who outside receives personal data, and which cookies the company's sites set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.config.purposes import Words


@dataclass(frozen=True)
class Recipient:
    """Somebody outside who receives personal data: what, why, in which country (ISO 3166), kept safe by what.

    `purposes` are the choices that it hangs on; none: it receives the data in any case, for the reason given.
    """

    title: Words
    data: Words
    why: Words
    country: str
    safeguard: Words
    url: str
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class CookieKind:
    """One kind of cookies on the company's sites; `needed`: no site works without, so nobody is asked."""

    id: str
    title: Words
    about: Words
    needed: bool
    by_signal: bool


def recipients(raw: Mapping[str, Any]) -> tuple[Recipient, ...]:
    """Read who receives personal data."""
    return tuple(_recipient(entry) for entry in raw.get("recipients", {}).values())


def cookies(raw: Mapping[str, Any]) -> tuple[CookieKind, ...]:
    """Read the kinds of cookies."""
    return tuple(_cookies(name, entry) for name, entry in raw.get("cookies", {}).get("kinds", {}).items())


def _recipient(raw: Mapping[str, Any]) -> Recipient:
    title = raw["title"]
    words = (title if isinstance(title, dict) else {"": title}, raw["data"], raw["why"])
    return Recipient(*words, raw["country"], raw["safeguard"], raw.get("url", ""), tuple(raw.get("purposes", ())))


def _cookies(name: str, raw: Mapping[str, Any]) -> CookieKind:
    return CookieKind(name, raw["title"], raw["about"], raw.get("needed", False), raw.get("by_signal", False))
