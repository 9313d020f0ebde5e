"""A policy's markup as it is kept: cleaned, with a place of its own for each section, and a fingerprint."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from html import unescape

from portal.kernel import clean

_OPENING = re.compile(r'<(h2|h3)(?: id="([^"]*)")?>(.*?)</\1>', re.DOTALL)
_SOUND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_TAKEN = frozenset({"main", "said", "problem", "errors", "contents", "versions", "summary", "sign-out"})  # by the page


def kept(markup: str) -> str:
    """Return markup as it is published: nothing but what `clean.policy` lets stay, every section with its own id."""
    used = set(_TAKEN)

    def placed(found: re.Match[str]) -> str:
        tag, wanted, heading = found[1], found[2] or "", found[3]
        if tag == "h3" and not wanted:
            return found[0]
        name = _free(wanted if _SOUND.fullmatch(wanted) else _slug(heading), used)
        used.add(name)
        return f'<{tag} id="{name}">{heading}</{tag}>'

    return _OPENING.sub(placed, clean.policy(markup).strip())


def fingerprint(summary: str, text: str) -> str:
    """Return the SHA-256 of what was published: the summary, where there is one, a line's end, and the text."""
    return hashlib.sha256("\n".join(part for part in (summary, text) if part).encode()).hexdigest()


def _slug(heading: str) -> str:
    plain = unicodedata.normalize("NFD", unescape(clean.text(heading)).lower().replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", "".join(one for one in plain if not unicodedata.combining(one)))
    name = "-".join(words)[:36].strip("-")
    return name if _SOUND.fullmatch(name) else f"s-{name}".rstrip("-")


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    return next(other for number in range(2, 10_000) if (other := f"{name}-{number}") not in used)
