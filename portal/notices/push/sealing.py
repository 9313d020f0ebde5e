"""What a push service carries and cannot read: a message sealed for one browser (RFC 8291, on RFC 8188)."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096  # bytes, the size that every browser takes (RFC 8291 §4)
_LAST = b"\x02"  # ends the last record, and there is one only
_AUTH, _POINT = 16, 65


def is_sound(public: bytes, auth: bytes) -> bool:
    """Tell whether a browser's key and secret are such as RFC 8291 asks for: a point of P-256, and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        return False
    return len(public) == _POINT and len(auth) == _AUTH


def seal(text: bytes, public: bytes, auth: bytes) -> bytes:
    """Seal a text for the browser of this public key and secret; each time with a key pair and a salt of its own."""
    return seal_with(text, public, auth, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def seal_with(text: bytes, public: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Seal with a given key pair and salt, which must never be used for anything else."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    mine = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), theirs)
    secret = _derived(shared, auth, b"WebPush: info\0" + public + mine, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine
    return head + AESGCM(key).encrypt(nonce, text + _LAST, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
