"""A key that mail is signed with in tests, and the DNS that knows it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

DOMAIN, SELECTOR = "smartos.example.com", "portal2026"
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
RECORD = b"v=DKIM1; k=rsa; p=" + b64encode(
    KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


def record(name: bytes, **_: Any) -> bytes | None:
    """Answer as the DNS would."""
    return RECORD if name == f"{SELECTOR}._domainkey.{DOMAIN}.".encode() else None
