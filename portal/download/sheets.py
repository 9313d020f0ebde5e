"""One table as two files: JSON that turns back into what it was, and CSV for a spreadsheet.

Rows are laid down while they pass by, in files without names: a kill leaves none, and memory does not grow with them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from io import StringIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import orjson

from portal.download.columns import Column, cell, singly, written
from portal.download.pack import Part
from portal.sources.base import Batch

_IN_MEMORY = 64 * 1024  # of each file; what is longer lies on disk
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

    def add(self, batch: Batch) -> None:
        """Lay down some rows."""
        if not batch.rows:
            return
        self.columns |= dict.fromkeys(name for name in batch.names if name not in self.columns)
        try:
            lines, cells = self._written(batch, written)
        except (TypeError, UnicodeEncodeError, OverflowError):  # text that is no UTF-8, or a number beyond 64 bits
            lines, cells = self._written(batch, singly)
        self._json.write((b",\n" if self.rows else b"\n") + lines)
        self._csv.write(cells)
        self.rows += len(batch.rows)

    def _written(self, batch: Batch, write: Callable[[Column], tuple[Column, Column]]) -> tuple[bytes, bytes]:
        """Return rows as they stand in the JSON file, one a line, and in the CSV file."""
        columns = [write(column) for column in zip(*batch.rows, strict=True)]
        rows = zip(*(json for json, _ in columns), strict=True) if columns else batch.rows
        lines = b",\n".join(orjson.dumps(dict(zip(batch.names, row, strict=True))) for row in rows)
        cells, absent = dict(zip(batch.names, (cells for _, cells in columns), strict=True)), [None] * len(batch.rows)
        return lines, _table(zip(*(cells.get(name, absent) for name in self.columns), strict=True))

    def json(self) -> tuple[Part, ...]:
        """Return the parts of the JSON file."""
        columns = {name: self._about(name) for name in self.columns}
        return self._json, b"\n]," + orjson.dumps({"count": self.rows, "columns": columns})[1:] + b"\n"

    def csv(self) -> tuple[Part, ...]:
        """Return the parts of the CSV file; its head comes now, when every column is known."""
        return _BOM + _table([[cell(name) for name in self.columns]]), self._csv


def _table(rows: Iterable[Iterable[Any]]) -> bytes:
    """Return rows of cells as CSV."""
    lines = StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode()
