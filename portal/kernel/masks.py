"""Addresses shown so that their holder knows them again and nobody else learns them."""

from __future__ import annotations

_GAP = "…"


def mask(kind: str, value: str) -> str:
    """Return an address masked for its kind."""
    return {"email": mask_email, "phone": mask_phone}.get(kind, mask_word)(value)


def mask_email(address: str) -> str:
    """Return m…i@e…e.com: first and last letter of each part, the ending whole."""
    local, _, domain = address.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{mask_word(local)}@{mask_word(host)}{dot}{ending}"


def mask_phone(number: str) -> str:
    """Return +84 … 08: the first two digits and the last two."""
    return f"{number[:3]} {_GAP} {number[-2:]}" if len(number) > 6 else _GAP


def mask_word(word: str) -> str:
    """Return N…n; a word of less than four letters keeps its first one, a single letter none."""
    if len(word) < 2:
        return _GAP
    return f"{word[0]}{_GAP}{word[-1]}" if len(word) > 3 else f"{word[0]}{_GAP}"


def mask_name(name: str) -> str:
    """Return N…n V. A.: the first word masked, the others as their first letters."""
    first, *others = name.split() or [""]
    return " ".join([mask_word(first), *(f"{word[0]}." for word in others)])
