"""Passwords at rest: scrypt, which costs memory as well as time (RFC 7914; OWASP, Password Storage).

A hash names its own parameters, so they can be raised: old hashes stay readable and are renewed at the next sign-in.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

# 32 MiB and three passes: OWASP's line that asks the least memory of a small machine for the same strength.
LOG_N, R, P = 15, 8, 3
_SALT = 16


def hashed(password: str) -> str:
    """Return what is stored of a password: scrypt$log2(N)$r$p$salt$key."""
    salt = secrets.token_bytes(_SALT)
    return f"scrypt${LOG_N}${R}${P}${salt.hex()}${_key(password, salt, LOG_N, R, P).hex()}"


def matches(password: str, stored: str | None) -> bool:
    """Tell whether a password is the one; without a stored one the same work is done, and the answer is no."""
    if stored is None:
        _key(password, bytes(_SALT), LOG_N, R, P)
        return False
    _, log_n, r, p, salt, key = stored.split("$")
    return secrets.compare_digest(_key(password, bytes.fromhex(salt), int(log_n), int(r), int(p)), bytes.fromhex(key))


def is_current(stored: str) -> bool:
    """Tell whether a hash was made with the parameters of today."""
    return stored.startswith(f"scrypt${LOG_N}${R}${P}$")


def normal(password: str) -> str:
    """Return a password as it is compared: NFC, for keyboards write the same letter in two ways. Nothing is cut."""
    return unicodedata.normalize("NFC", password)


def _key(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    most = 132 * (1 << log_n) * r * p  # bytes that OpenSSL may take
    return hashlib.scrypt(normal(password).encode(), salt=salt, n=1 << log_n, r=r, p=p, maxmem=most, dklen=32)
