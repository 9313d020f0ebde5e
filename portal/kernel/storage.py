"""Where archives and other files of ours lie: a folder, or an object store that speaks S3."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from portal.kernel import failpoints

CHUNK = 256 * 1024
_PART = 8 * 1024 * 1024


@dataclass(frozen=True)
class Written:
    """What was published: its size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


class Store(Protocol):
    """Files by name (`folder/file`). A name appears whole or not at all."""

    def write(self, name: str, chunks: Iterable[bytes]) -> Written:
        """Publish a file from its pieces, in constant memory, replacing one of the same name."""

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from start to stop (exclusive); FileNotFoundError if there is no such file."""

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens if it is not there."""

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix."""


def open_store(url: str) -> Store:
    """Open `file:///folder` or `s3://bucket/prefix?endpoint=…` (keys from the usual AWS_* environment)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        endpoint = parse_qs(parts.query).get("endpoint", [None])[0]
        return ObjectStore(parts.netloc, parts.path.strip("/"), endpoint)
    raise ValueError(f"PORTAL_ARCHIVES_URL: scheme {parts.scheme!r} is unknown; use file:/// or s3://")


class _Counted:
    """Passes chunks on while counting and hashing them."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._sha = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._sha.update(chunk)
            self._size += len(chunk)
            yield chunk

    def written(self) -> Written:
        return Written(self._size, self._sha.hexdigest())


class Folder:
    """A folder on this machine; files are 0600, folders 0700, published by rename."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, name: str) -> Path:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError("a stored file's name may not leave its folder")
        return path

    def write(self, name: str, chunks: Iterable[bytes]) -> Written:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        counted = _Counted(chunks)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for chunk in counted:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            failpoints.point("archives: before publish")
            part.rename(path)
            failpoints.point("archives: after publish")
            self._sweep_halves(path)
        finally:
            part.unlink(missing_ok=True)
        return counted.written()

    @staticmethod
    def _sweep_halves(path: Path) -> None:
        """Remove what writers of this name left half written when they died."""
        for beside in path.parent.iterdir():
            if beside.name.startswith(f"{path.name}.") and beside.suffix == ".part":
                beside.unlink(missing_ok=True)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        file = self._path(name).open("rb")
        return self._pieces(file, start, stop)

    @staticmethod
    def _pieces(file: Any, start: int, stop: int | None) -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = None if stop is None else stop - start
            while chunk := file.read(CHUNK if left is None else min(CHUNK, left)):
                left = None if left is None else left - len(chunk)
                yield chunk

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, prefix: str = "") -> Iterator[str]:
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and name.startswith(prefix):
                yield name


class ObjectStore:
    """A bucket that speaks S3; a file is published when its multipart upload completes."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        import obstore.store  # an extra: the folder needs none of it

        options: dict[str, Any] = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
        if endpoint and endpoint.startswith("http://"):
            options["client_options"] = {"allow_http": True}
        self._store = obstore.store.S3Store(bucket, prefix=prefix or None, **options)

    def write(self, name: str, chunks: Iterable[bytes]) -> Written:
        import obstore

        counted = _Counted(chunks)
        obstore.put(self._store, name, iter(counted), use_multipart=True, chunk_size=_PART)
        failpoints.point("archives: after publish")
        return counted.written()

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        import obstore

        size = obstore.head(self._store, name)["size"]
        return self._pieces(name, start, size if stop is None else min(stop, size))

    def _pieces(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        import obstore

        for at in range(start, stop, CHUNK * 16):
            yield bytes(obstore.get_range(self._store, name, start=at, end=min(at + CHUNK * 16, stop)))

    def delete(self, name: str) -> None:
        import obstore

        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return

    def names(self, prefix: str = "") -> Iterator[str]:
        import obstore

        for page in obstore.list(self._store):
            for entry in page:
                if entry["path"].startswith(prefix):
                    yield entry["path"]
