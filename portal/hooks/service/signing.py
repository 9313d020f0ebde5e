"""Signatures as Standard Webhooks 1.0 has them (standardwebhooks.com): HMAC-SHA256 over id, time, body."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping

from portal.kernel.problems import N_, Problem

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, as the specification asks


class BadSecret(Problem):
    """A secret that is not written as Standard Webhooks has it."""

    status, code = 422, "bad-webhook-secret"
    say = N_("This is no secret for a webhook.")
    then = N_("Write whsec_ and 24 to 64 random bytes in base64.")


def new_secret() -> str:
    """Return a secret of 32 random bytes."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret; raises BadSecret."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (NotBase64, ValueError) as error:
        raise BadSecret from error
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise BadSecret
    return key


def headers(message: str, timestamp: int, body: bytes, signed_by: Iterable[str]) -> Mapping[str, str]:
    """Return what goes with a body: id, seconds since 1970, and one v1 signature for each secret that holds."""
    content = f"{message}.{timestamp}.".encode() + body
    signatures = (b64encode(hmac.digest(key_of(secret), content, "sha256")).decode() for secret in signed_by)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
