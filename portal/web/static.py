"""Static files: few and small, so each is read and packed once, kept in memory, and named by its content.

The name changes with the content, so a browser may keep a file for ever and never asks again.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.security import safe_join

from portal.web.guards import open_to_all
from portal.web.shipped import shipped

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: `mark` is the part of its address that changes with it."""

    mark: str
    kind: str
    body: bytes
    packed: bytes


class Assets:
    """The files of one folder, each read when it is first wanted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Asset] = {}

    def get(self, name: str) -> Asset:
        """Return a file; KeyError when there is none of this name."""
        if name not in self._read:
            path = safe_join(str(self._folder), name)
            if path is None or not Path(path).is_file():
                raise KeyError(name)
            self._read[name] = _asset(Path(path))
        return self._read[name]

    def url(self, name: str) -> str:
        """Return the address of a file."""
        return f"/static/{self.get(name).mark}/{name}"

    def serve(self, mark: str, name: str) -> Response:
        """Answer a file, packed where the browser takes it; under an old mark it is not to be kept."""
        try:
            asset = self.get(name)
        except KeyError:
            return Response("There is no such file.\n", 404, content_type="text/plain; charset=utf-8")
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(asset.packed if packed else asset.body, content_type=asset.kind)
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        if mark == asset.mark:
            response.headers["Cache-Control"] = _FOR_EVER
        return response


def init_app(app: Flask) -> Assets:
    """Serve the static files; the app itself is made with `static_folder=None`."""
    assets = Assets(shipped("static"))

    @open_to_all
    def serve(mark: str, name: str) -> Response:
        """Answer a static file."""
        return assets.serve(mark, name)

    app.add_url_rule("/static/<string:mark>/<path:name>", "asset", serve)
    return assets


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in {"image/svg+xml", "application/javascript"}
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(hashlib.sha256(body).hexdigest()[:12], f"{kind}; charset=utf-8" if text else kind, body, packed)
