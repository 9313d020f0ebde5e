"""A ZIP file that comes out in chunks while files go in, so it is never whole in memory or on this machine's disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from io import RawIOBase
from types import TracebackType
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

try:
    from isal import isal_zlib as deflate  # an extra: it packs several times as quickly

    LEVEL = 2
except ModuleNotFoundError:
    import zlib as deflate  # type: ignore[no-redef]

    LEVEL = 6

CHUNK = 256 * 1024
_NO_HEADER = -15  # what a ZIP file holds is a bare stream of deflate
_READABLE = 0o644 << 16

Part = bytes | IO[bytes]


@dataclass(frozen=True)
class Entry:
    """One file in the archive; `rows` where it holds rows of a table."""

    name: str
    size: int
    sha256: str
    source: str | None = None
    table: str | None = None
    rows: int | None = None

    def told(self) -> dict[str, Any]:
        """Return what manifest.json says of it."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class _Pipe(RawIOBase):
    """What ZipFile writes to: no place to seek in, only chunks to take away."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0

    def write(self, chunk: Any, /) -> int:
        self._chunks.append(chunk)
        self._size += len(chunk)
        return len(chunk)

    def take(self, least: int = 0) -> Iterator[bytes]:
        """Yield what was written since, once it is enough to be worth it."""
        if self._size > least:
            yield b"".join(self._chunks)
            self._chunks, self._size = [], 0


class Pack:
    """The archive under way; `entries` lists what is in it."""

    def __init__(self, made_at: datetime) -> None:
        self.entries: list[Entry] = []
        self._pipe = _Pipe()
        self._zip = ZipFile(self._pipe, "w")
        self._moment = made_at.timetuple()[:6]

    def __enter__(self) -> Pack:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, *parts: Part, **about: Any) -> Iterator[bytes]:
        """Put a file in, and yield what comes out meanwhile. The parts are bytes, or files written up to their end."""
        info = ZipInfo(name, self._moment)
        info.compress_type, info.external_attr = ZIP_DEFLATED, _READABLE
        info.file_size = sum(
            len(part) if isinstance(part, bytes) else part.tell() for part in parts
        )  # decides on ZIP64
        size, digest = info.file_size, sha256()
        with self._zip.open(info, "w") as entry:
            entry._compressor = deflate.compressobj(LEVEL, ZIP_DEFLATED, _NO_HEADER)  # type: ignore[attr-defined]
            for chunk in chunks(parts):
                digest.update(chunk)
                entry.write(chunk)
                yield from self._pipe.take(CHUNK)
        self.entries.append(Entry(name, size, digest.hexdigest(), **about))

    def finish(self) -> Iterator[bytes]:
        """Yield the end of the archive."""
        self._zip.close()
        yield from self._pipe.take()


def chunks(parts: tuple[Part, ...]) -> Iterator[bytes]:
    """Yield the parts of a file one after another."""
    for part in parts:
        if isinstance(part, bytes):
            yield part
            continue
        part.seek(0)
        while chunk := part.read(CHUNK):
            yield chunk
