"""Files from strangers made harmless: known by content, never by name, and written anew without metadata."""

from __future__ import annotations

from typing import NamedTuple

from portal.cases.cleaning import jpeg, png
from portal.cases.cleaning.refusal import BadFile

__all__ = ["BadFile", "Clean", "clean"]


def _pdf(data: bytes) -> bytes:
    """Clean a PDF; what reads it takes 6 MB of memory, and most processes never see one."""
    from portal.cases.cleaning import pdf

    return pdf.clean(data)


_KINDS = (
    (b"%PDF-", "application/pdf", "pdf", _pdf),
    (b"\xff\xd8\xff", "image/jpeg", "jpg", jpeg.clean),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png", png.clean),
)


class Clean(NamedTuple):
    """A file written anew: its media type, the ending that goes with it, and its bytes."""

    media_type: str
    ending: str
    data: bytes


def clean(data: bytes) -> Clean:
    """Return a PDF, JPEG or PNG without metadata and without what could act; raises BadFile."""
    for magic, media_type, ending, rewrite in _KINDS:
        if data.startswith(magic):
            return Clean(media_type, ending, rewrite(data))
    raise BadFile("empty" if not data else "kind")
