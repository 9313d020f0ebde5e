"""Small real pictures for the columns that hold files."""

from __future__ import annotations

import struct
import zlib

SIDE = 8


def png(colour: int) -> bytes:
    """Return a square of one colour (0xRRGGBB) as a PNG file, not compressed: every zlib then writes the same."""
    row = b"\0" + colour.to_bytes(3, "big") * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(row * SIDE, 0))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
