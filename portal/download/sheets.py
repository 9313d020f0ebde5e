"""One table as two files: JSON that turns back into what it was, and CSV for a spreadsheet.

Rows are laid down while they pass by, in files without names: a kill leaves none, and memory does not grow with them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import orjson

from portal.download.pack import Part
from portal.sources import values
from portal.sources.base import Row

_IN_MEMORY = 64 * 1024  # of each file; what is longer lies on disk
_RISKY = tuple("=+-@\t\r\n＝＋－＠")  # a spreadsheet may take a cell that begins so for a formula (RULES X11)
_AS_IT_IS = frozenset({type(None), bool, int, str})
_NUMBERS = frozenset({type(None), int, float, Decimal})
_BOM = b"\xef\xbb\xbf"  # without it, Excel reads UTF-8 as something else


def spool(keep: ExitStack) -> IO[bytes]:
    """Return a file without a name that lasts as long as `keep`."""
    return keep.enter_context(SpooledTemporaryFile(_IN_MEMORY))


class Sheet:
    """One table on its way into the archive; `path` is where it goes, without .json and .csv.

    `columns` are those of a table without rows; rows say it themselves, and a system that is no database may name one
    late. `about` tells what is to be known of a column to read it again.
    """

    def __init__(
        self, path: str, head: Mapping[str, Any], columns: Iterable[str], about: Callable[[str], Any], keep: ExitStack
    ) -> None:
        self.path, self.rows, self._about = path, 0, about
        self.columns = dict.fromkeys(columns)
        self._json, self._csv = spool(keep), spool(keep)
        self._json.write(orjson.dumps(head)[:-1] + b',"rows":[')
        self._line = csv.writer(_Lines(self._csv)).writerow

    def add(self, row: Row) -> None:
        """Lay down one row."""
        if not row.keys() <= self.columns.keys():
            self.columns |= dict.fromkeys(name for name in row if name not in self.columns)
        self._json.write((b",\n" if self.rows else b"\n") + _written(row))
        self._line([cell(row.get(name)) for name in self.columns])
        self.rows += 1

    def json(self) -> tuple[Part, ...]:
        """Return the parts of the JSON file."""
        columns = {name: self._about(name) for name in self.columns}
        return self._json, b"\n]," + orjson.dumps({"count": self.rows, "columns": columns})[1:] + b"\n"

    def csv(self) -> tuple[Part, ...]:
        """Return the parts of the CSV file; its head comes now, when every column is known."""
        head = _Head()
        csv.writer(head).writerow([cell(name) for name in self.columns])
        return _BOM + head.line, self._csv


def _written(row: Row) -> bytes:
    """Return a row as JSON. Most values are written as they are, which is half of the time; the rest is encoded."""
    try:
        plain = {name: v if type(v) in _AS_IT_IS else values.encode(v) for name, v in row.items()}
        return orjson.dumps(plain)
    except TypeError:  # text that is no UTF-8, or a number beyond 64 bits
        return orjson.dumps({name: values.encode(value) for name, value in row.items()})


class _Lines:
    """What the CSV writer writes to."""

    def __init__(self, file: IO[bytes]) -> None:
        self._write = file.write

    def write(self, text: str) -> int:
        return self._write(text.encode())


class _Head:
    line = b""

    def write(self, text: str) -> None:
        self.line = text.encode()


def cell(value: Any) -> str | float | None:
    """Return a value as a cell that no spreadsheet takes for a formula: text may get an apostrophe, a number never."""
    if type(value) in _NUMBERS:
        return value  # type: ignore[no-any-return] # the CSV writer writes it as str does
    text = values.text(value)
    return "'" + text if text.startswith(_RISKY) else text
