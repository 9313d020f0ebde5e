"""Small files of each kind, and hostile ones, made byte by byte apart from the code under test."""

from __future__ import annotations

import zlib
from io import BytesIO

from pypdf import PdfWriter

SECRET = b"GPS 16.07N 108.22E of Mai"


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png(wide: int = 2, high: int = 2, pixels: bytes | None = None, beside: bytes = b"", after: bytes = b"") -> bytes:
    """A grey picture; `beside` are chunks before the picture's data, `after` bytes behind its end."""
    header = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    raw = pixels if pixels is not None else (b"\0" + b"\x80" * wide) * high
    body = chunk(b"IHDR", header) + beside + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + after


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg(wide: int = 8, high: int = 8, beside: bytes = b"", after: bytes = b"") -> bytes:
    """A picture in form: what no parser of pictures needs to open, every segment in its place."""
    frame = bytes([8]) + high.to_bytes(2, "big") + wide.to_bytes(2, "big") + bytes([1, 1, 0x11, 0])
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(17))
    scan = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + beside + tables + segment(0xC0, frame) + scan + b"\xff\xd9" + after


def exif() -> bytes:
    return segment(0xE1, b"Exif\0\0" + SECRET) + segment(0xFE, SECRET) + segment(0xED, SECRET)


def written(pdf: PdfWriter) -> bytes:
    out = BytesIO()
    pdf.write(out)
    return out.getvalue()


def pdf(pages: int = 1) -> PdfWriter:
    made = PdfWriter()
    for _ in range(pages):
        made.add_blank_page(200, 200)
    made.add_metadata({"/Author": "Mai of the secret", "/Title": "Letter"})
    return made
