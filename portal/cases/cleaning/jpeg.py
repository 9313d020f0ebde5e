"""JPEG written anew: only the segments without which there is no picture (ITU-T T.81 Annex B).

What cameras write about place, time and owner lies in the APP segments and in comments; what somebody hides behind the
end of the picture is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.cases.cleaning.refusal import BadFile

PIXELS = 40_000_000  # that whoever opens it has to find room for
_SOI, _EOI, _SOS, _APP14 = 0xD8, 0xD9, 0xDA, 0xEE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3})
_KEPT = frozenset({*_FRAMES, 0xC4, 0xDB, 0xDD, _SOS})
_RESTARTS = range(0xD0, 0xD8)
_ADOBE = b"Adobe"  # says how colours are to be read; twelve bytes that name nobody
_ADOBE_LENGTH = 12


def clean(data: bytes) -> bytes:
    """Return the picture alone; raises BadFile where the file is not whole, or would be too large when opened."""
    kept, frame, scans = [b"\xff\xd8"], False, False
    for marker, body, scan in _segments(data):
        if marker in _FRAMES:
            frame = True
            _check_size(body)
        scans = scans or marker == _SOS
        if marker in _KEPT:
            kept.append(bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body + scan)
        elif marker == _APP14 and body.startswith(_ADOBE):
            kept.append(b"\xff\xee" + (_ADOBE_LENGTH + 2).to_bytes(2, "big") + body[:_ADOBE_LENGTH])
    if not frame or not scans:
        raise BadFile("broken")
    return b"".join(kept) + b"\xff\xd9"


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, body and the scan that follows it, up to the end of the picture; BadFile where that never comes."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise BadFile("broken")
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == _EOI:
            return
        if marker in _RESTARTS or marker in (0x00, 0x01, _SOI):
            raise BadFile("broken")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise BadFile("broken")
        stop = _scan_end(data, end) if marker == _SOS else end
        yield marker, data[at + 4 : end], data[end:stop]
        at = stop
    if data[at : at + 2] != b"\xff\xd9":
        raise BadFile("broken")


def _scan_end(data: bytes, at: int) -> int:
    """Return where the coded picture ends: at the first marker that is no stuffing and no restart."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] == 0x00 or data[at + 1] in _RESTARTS:
            at += 2
        else:
            return at
    raise BadFile("broken")


def _check_size(frame: bytes) -> None:
    if len(frame) < 6:
        raise BadFile("broken")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if not height or not width:
        raise BadFile("broken")
    if height * width > PIXELS:
        raise BadFile("pixels")
