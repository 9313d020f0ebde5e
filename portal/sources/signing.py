"""The signature that protects calls between the portal and a system that speaks its HTTP protocol.

The signed text is the timestamp, a full stop, and the body as it goes over the wire. The body names its operation, so a
captured call can not be played again at another address.
"""

import hashlib
import hmac
from datetime import datetime

TIMESTAMP = "X-Portal-Timestamp"
SIGNATURE = "X-Portal-Signature"
WINDOW = 300  # seconds that a call may be old, or ahead of the receiver's clock


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of the signature header for a body sent at `timestamp` (whole seconds since 1970, as text)."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return "v1=" + mac.hexdigest()


def verify(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Say whether the call is genuine and fresh: right signature, at most `WINDOW` seconds from `now` (aware)."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    fresh = abs(now.timestamp() - int(timestamp)) <= WINDOW
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()) and fresh
