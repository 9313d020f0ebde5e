"""What is hashed, so that anybody can do it again elsewhere. Nothing here ever changes: old seals rest on it.

An event's hash is SHA-256 over its columns as they are stored, texts with their length in characters before them:

    ID SUBJECT LENGTH:AT LENGTH:ACTOR LENGTH:NAME KEYS            (SUBJECT is a number or None)

A seal's list is 40 bytes an event, by rising id: the id (8 bytes, big-endian) and the hash. A seal's head is SHA-256,
in hex, over this, where TOTAL counts the events of all seals until now, PREVIOUS is the head before, and LIST is the
SHA-256 of the list in hex:

    NUMBER TOTAL LENGTH:AT PREVIOUS LIST

Moments are written 2026-11-22T10:04:00.000000+00:00. An event whose hash in the list is all zeros is one that did not
hold when it was sealed.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any

ENTRY = struct.Struct(">q32s")
FIRST = ""  # what stands before the first seal
NEVER = bytes(32)

Row = tuple[Any, ...]  # id, at, name, subject, actor, keys, as they are stored


def of_event(row: Row) -> bytes:
    """Return the hash of an event; NEVER where a column holds what the portal does not write."""
    number, at, name, subject, actor, keys = row
    try:
        text = f"{number} {subject!r} {len(at)}:{at} {len(actor)}:{actor} {len(name)}:{name} {keys}"
    except TypeError:
        return NEVER
    return hashlib.sha256(text.encode()).digest()


def list_of(rows: list[Row]) -> bytes:
    """Return the list of a seal over these events."""
    return b"".join([ENTRY.pack(row[0], of_event(row)) for row in rows])


def of_seal(number: int, total: int, at: str, previous: str, rows: bytes) -> str:
    """Return the head of a seal; "" where a column holds what the portal does not write."""
    try:
        text = f"{number} {total} {len(at)}:{at} {previous} {hashlib.sha256(rows).hexdigest()}"
    except TypeError:
        return ""
    return hashlib.sha256(text.encode()).hexdigest()
