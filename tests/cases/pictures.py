"""Small files of each kind, and hostile ones, made byte by byte apart from the code under test."""

from __future__ import annotations

import struct
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


def packed(streams: int, size: int) -> bytes:
    """Return a PDF of one page with so many object streams of so many bytes each when unpacked (ISO 32000 §7.5.7)."""
    first, inside = 10, 10 + streams
    known = {
        1: b"<</Type/Catalog/Pages 2 0 R/X[%b]>>" % b" ".join(b"%d 0 R" % (inside + at) for at in range(streams)),
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    }
    for at in range(streams):
        head = b"%d 0 " % (inside + at)
        known[first + at] = _flate(b"/Type/ObjStm/N 1/First %d" % len(head), (head + b"<</A 1>>").ljust(size))
    out, table = b"%PDF-1.7\n", inside + streams
    places = {}
    for number, body in known.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    places[table] = len(out)
    rows = [struct.pack(">BIH", 1, places[number], 0) if number in places else bytes(7) for number in range(table + 1)]
    rows[inside:table] = [struct.pack(">BIH", 2, first + at, 0) for at in range(streams)]
    xref = _flate(b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R" % (table + 1), b"".join(rows))
    return out + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (table, xref, places[table])


def _flate(says: bytes, data: bytes) -> bytes:
    small = zlib.compress(data)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (says, len(small), small)
