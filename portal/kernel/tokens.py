"""Codes, links and references: how they are made and how they are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from portal.kernel import crypto

# People read references aloud: no 0 O 1 I.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_token() -> str:
    """Return 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256, never the token itself (RULES A6, W3)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """Return six random digits, about 20 bits (RULES A2)."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_reference(letter: str) -> str:
    """Return a reference such as R-7F3K-Q2: 30 random bits, unique by the table that holds it."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(6))
    return f"{letter}-{drawn[:4]}-{drawn[4:]}"


def derived(purpose: str, *parts: str) -> str:
    """Return the 32 digits of a secret address: 128 bits from the portal's key, so no table holds it."""
    return crypto.sign(purpose, *parts).hex()[:32]


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
