"""By what a push service knows the portal again: a token signed for it alone (VAPID, RFC 8292)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal import config
from portal.kernel import clock

LIFE = timedelta(hours=12)  # of a token; a push service takes none of more than a day (RFC 8292 §2)


def check(key: str) -> None:
    """Raise ValueError where a key is set that is none."""
    if key:
        _key(key)


def public_key() -> str:
    """Return what browsers are told, url-safe base64; "" where no key is set, and then nothing is pushed."""
    key = config.active().push_key
    return encoded(_key(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) if key else ""


def authorization(endpoint: str) -> str:
    """Return the header for a push service; its owner may write to the site's support address (RFC 8292 §2.1)."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.now() + LIFE).timestamp()),
        "sub": f"mailto:{config.site().support_email}",
    }
    said = ".".join(encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    signed = decode_dss_signature(_key(config.active().push_key).sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(b"".join(number.to_bytes(32, "big") for number in signed))
    return f"vapid t={said}.{signature}, k={public_key()}"


def encoded(data: bytes) -> str:
    """Return url-safe base64 without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of url-safe base64, padded or not; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def _key(text: str) -> ec.EllipticCurvePrivateKey:
    try:
        secret = decoded(text)
        if len(secret) == 32:
            return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    except ValueError:
        pass
    raise ValueError("PORTAL_PUSH_KEY: write 32 random bytes in url-safe base64")
