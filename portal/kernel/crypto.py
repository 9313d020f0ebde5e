"""Encryption at rest and keyed hashes, both with keys that rotate.

The first encryption key encrypts, all of them decrypt. The last hash key hashes, all of them are tried when looking
up; a hash key is never dropped, because tombstones live by it.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import peewee
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.db import database

_NONCE = 12
_BLOCK = 64  # bytes that SHA-256 takes at a time
NAME = 4  # bytes that name the key, before each sealed value
_TAG = 16
PIECE = 64 * 1024  # bytes of a file that are encrypted as one


def _hasher(key: bytes) -> Callable[[bytes], str]:
    """Return HMAC-SHA-256 under one key (RFC 2104), begun beforehand: a third of what `hmac` takes for short texts."""
    block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def digest(text: bytes) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(text)
        around.update(within.digest())
        return around.hexdigest()

    return digest


class _Keyring:
    def __init__(self) -> None:
        self.ciphers: dict[bytes, AESGCM] = {}
        self.hashers: list[Callable[[bytes], str]] = []
        self.signer = _hasher(b"")


_ring = _Keyring()


def use_keys(secret: str, encryption: tuple[str, ...], hashing: tuple[str, ...]) -> None:
    """Load the keys of a process: url-safe base64, 32 bytes each; ValueError says which one is wrong."""
    ciphers = [_key(text, "PORTAL_ENCRYPTION_KEYS") for text in encryption]
    _ring.ciphers = {hashlib.sha256(key).digest()[:NAME]: AESGCM(key) for key in ciphers}
    _ring.hashers = [_hasher(_key(text, "PORTAL_HASH_KEYS")) for text in hashing]
    _ring.signer = _hasher(secret.encode())


def _key(text: str, setting: str) -> bytes:
    key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) != 32:
        raise ValueError(f"{setting}: each key is 32 bytes in url-safe base64; one has {len(key)} bytes")
    return key


def keyed_hash(purpose: str, value: str) -> str:
    """Return "version:hex" of a value under the newest hash key; the same value for another purpose hashes apart."""
    return _hash(len(_ring.hashers), purpose, value)


def keyed_hashes(purpose: str, value: str) -> list[str]:
    """Return the hash of a value under every key, the newest first, for looking up old rows."""
    return [_hash(version, purpose, value) for version in range(len(_ring.hashers), 0, -1)]


def has_older_keys() -> bool:
    """Tell whether anything may be hashed under another key than the newest."""
    return len(_ring.hashers) > 1


def hashes(purpose: str, values: Sequence[str]) -> list[str]:
    """Return what `keyed_hashes` returns, for many values at once: in their order, under one key after the other."""
    texts = [
        f"{purpose}\0{value if value.isascii() else unicodedata.normalize('NFC', value)}".encode() for value in values
    ]
    return [f"{version}:{hasher(text)}" for version, hasher in enumerate(_ring.hashers, 1) for text in texts]


def _hash(version: int, purpose: str, value: str) -> str:
    text = f"{purpose}\0{unicodedata.normalize('NFC', value)}".encode()
    return f"{version}:{_ring.hashers[version - 1](text)}"


def sign(purpose: str, *parts: str) -> bytes:
    """Return 32 bytes that only this portal can make from these parts (HMAC-SHA-256 under PORTAL_SECRET_KEY)."""
    return bytes.fromhex(_ring.signer("\0".join((purpose, *parts)).encode()))


def encrypt(text: str, context: str) -> bytes:
    """Encrypt under the first key (AES-256-GCM); it opens only in the same context."""
    name, cipher = next(iter(_ring.ciphers.items()))
    nonce = os.urandom(_NONCE)
    return name + nonce + cipher.encrypt(nonce, text.encode(), context.encode())


def decrypt(sealed: bytes, context: str) -> str:
    """Open what `encrypt` sealed; KeyError if its key is gone, InvalidTag if it was changed or moved."""
    name, nonce, rest = sealed[:NAME], sealed[NAME : NAME + _NONCE], sealed[NAME + _NONCE :]
    return _ring.ciphers[name].decrypt(nonce, rest, context.encode()).decode()


def key_names() -> list[bytes]:
    """Return the names of the encryption keys as they stand before what they sealed, the newest first."""
    return list(_ring.ciphers)


def new_ring_key() -> str:
    """Return a key as PORTAL_ENCRYPTION_KEYS and PORTAL_HASH_KEYS take one."""
    return urlsafe_b64encode(os.urandom(32)).decode()


def new_key() -> str:
    """Return the key of one file, in hex: whoever drops it makes the file unreadable, wherever copies of it lie."""
    return AESGCM.generate_key(256).hex()


def sealed(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a file encrypted piece by piece: none can be changed, moved or left out, at the end neither."""
    cipher, held, number = AESGCM(bytes.fromhex(key)), b"", 0
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE:
            piece, held = held[:PIECE], held[PIECE:]
            yield cipher.encrypt(_counted(number, last=False), piece, None)
            number += 1
    yield cipher.encrypt(_counted(number, last=True), held, None)


def unsealed(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what `sealed` was given; InvalidTag where a piece is not as it was written, or the end is missing."""
    cipher, held, number = AESGCM(bytes.fromhex(key)), b"", 0
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE + _TAG:
            piece, held = held[: PIECE + _TAG], held[PIECE + _TAG :]
            yield cipher.decrypt(_counted(number, last=False), piece, None)
            number += 1
    yield cipher.decrypt(_counted(number, last=True), held, None)


def _counted(number: int, *, last: bool) -> bytes:
    return bytes([last]) + number.to_bytes(_NONCE - 1, "big")


class EncryptedField(peewee.BlobField):
    """Text that lies encrypted in the table; its context is table and column, so a value cannot be moved."""

    @property
    def context(self) -> str:
        """Return in which context its values open."""
        return f"{self.model._meta.table_name}.{self.column_name}"

    def db_value(self, value: str | None) -> Any:
        """Encrypt."""
        return None if value is None else database.get_binary_type()(encrypt(value, self.context))

    def python_value(self, value: Any) -> str | None:
        """Decrypt."""
        return None if value is None else decrypt(bytes(value), self.context)
