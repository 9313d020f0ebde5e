"""PNG written anew: only the chunks without which there is no picture (ISO/IEC 15948 §11).

Texts, times, EXIF and what no standard knows are left out, and so is what lies behind the end. The picture is unpacked
to be counted, a piece at a time and never more than its header promises, so that no bomb goes off at whoever opens it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from portal.cases.cleaning.jpeg import PIXELS
from portal.cases.cleaning.refusal import BadFile

_MAGIC = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PIECE = 64 * 1024
# Adam7: where each pass begins and how far its pixels lie apart, across and down.
_PASSES = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))


def clean(data: bytes) -> bytes:
    """Return the picture alone; raises BadFile where the file is not whole, or would be too large when opened."""
    chunks = [(kind, body) for kind, body in _chunks(data) if kind in _KEPT]
    if not chunks or chunks[0][0] != b"IHDR" or sum(kind == b"IHDR" for kind, _ in chunks) != 1:
        raise BadFile("broken")
    _check_amount([body for kind, body in chunks if kind == b"IDAT"], _amount(chunks[0][1]))
    return _MAGIC + b"".join(_written(kind, body) for kind, body in chunks)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content up to the end of the picture; BadFile where that never comes, or a sum is wrong."""
    at = len(_MAGIC)
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body, end = data[at + 8 : at + 8 + length], at + 12 + length
        if end > len(data) or data[end - 4 : end] != _sum(kind, body):
            raise BadFile("broken")
        yield kind, body
        if kind == b"IEND":
            return
        at = end
    raise BadFile("broken")


def _amount(header: bytes) -> int:
    """Return how many bytes the picture has when it is unpacked, a filter byte a line among them."""
    if len(header) != 13:
        raise BadFile("broken")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, packing, filtering, interlaced = header[8:]
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlaced > 1 or not width or not height:
        raise BadFile("broken")
    if width * height > PIXELS:
        raise BadFile("pixels")
    bits = depth * _CHANNELS[colour]
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    sizes = ((-(-(width - x) // dx), -(-(height - y) // dy)) for x, dx, y, dy in _PASSES)
    return sum(high * (1 + (wide * bits + 7) // 8) for wide, high in sizes if wide > 0 and high > 0)


def _check_amount(parts: list[bytes], promised: int) -> None:
    """Unpack and count; BadFile for a byte too many or too few."""
    unpacker, counted = zlib.decompressobj(), 0
    try:
        for part in parts:
            rest = part
            while rest and not unpacker.eof:
                counted += len(unpacker.decompress(rest, _PIECE))
                rest = unpacker.unconsumed_tail
                if counted > promised:
                    raise BadFile("broken")
    except zlib.error as error:
        raise BadFile("broken") from error
    if counted != promised or not unpacker.eof:
        raise BadFile("broken")


def _written(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + _sum(kind, body)


def _sum(kind: bytes, body: bytes) -> bytes:
    return zlib.crc32(kind + body).to_bytes(4, "big")
