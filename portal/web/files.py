"""Files that go in and out: how much one form may bring, and how what strangers sent is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Request, Response

View = TypeVar("View", bound=Callable[..., Any])
WITHOUT_FILES = 1024 * 1024  # bytes that a form without files may bring
PARTS = 200


def takes_files(most: int) -> Callable[[View], View]:
    """Mark a view whose form brings files, of so many bytes altogether."""

    def mark(view: View) -> View:
        view.largest = most  # type: ignore[attr-defined]
        return view

    return mark


def limit(request: Request, view: Callable[..., Any]) -> None:
    """Bound what is read of a request before any of it is: too much is refused with 413 (RULES A6)."""
    request.max_content_length = getattr(view, "largest", WITHOUT_FILES)
    request.max_form_parts = PARTS


def attachment(name: str, media_type: str, chunks: Iterable[bytes]) -> Response:
    """Hand out a file to be kept and never shown in place, under a name that is safe in a header (RULES X8, A6)."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": said, "X-Content-Type-Options": "nosniff"}
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return Response(chunks, content_type=media_type, headers=headers)
