"""Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, 30 seconds, HMAC-SHA-1, as every app has them."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32decode, b32encode
from datetime import datetime
from urllib.parse import quote

STEP = 30  # seconds
DIGITS = 6
WINDOW = 1  # steps before and after, for clocks that differ and codes typed late
_BYTES = 20  # RFC 4226 §4 recommends 160 bits


def new_secret() -> str:
    """Return a secret as it is typed into an app: 32 letters of base32."""
    return b32encode(secrets.token_bytes(_BYTES)).decode()


def step_of(at: datetime) -> int:
    """Return the number of the time step of a moment."""
    return int(at.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step (RFC 4226 §5.3)."""
    mac = hmac.digest(b32decode(secret), step.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_with(secret: str, code: str, at: datetime, after: int) -> int | None:
    """Return the time step of a right code, None for a wrong one and for a step that is not after the last one taken.

    Every step of the window is compared, whichever is right, so that the time taken tells nothing.
    """
    now, found = step_of(at), None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address(secret: str, issuer: str, account: str) -> str:
    """Return the otpauth address that authenticator apps read, also out of a QR code."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}"
