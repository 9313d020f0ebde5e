"""The key that mail is signed with: how one is made, and what the DNS has to say of it (RFC 6376 §3.6.1)."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_PIECE = 250  # characters of one string in a TXT record; 255 is the limit (RFC 1035)


def make(file: Path) -> None:
    """Write a key that only its owner may read; FileExistsError where there is one, which is never written over."""
    made = rsa.generate_private_key(65537, 2048)
    text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(text)


def record(file: Path, domain: str, selector: str) -> str:
    """Return the line of the DNS for the key in a file; ValueError for what is no RSA key in PEM."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        raise ValueError(f"{file} holds no key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{file} holds no RSA key; not every mail server can check another kind")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    said = f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"
    pieces = " ".join(f'"{said[begin : begin + _PIECE]}"' for begin in range(0, len(said), _PIECE))
    return f"{selector}._domainkey.{domain}. IN TXT ( {pieces} )"
