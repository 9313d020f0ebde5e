"""Streams of NDJSON: read whole before use, so that a cut or miscounted one never reaches an archive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from http.client import HTTPResponse
from tempfile import TemporaryFile
from typing import IO, Any

from portal.sources import values
from portal.sources.base import Key, Row, Snapshot
from portal.sources.http.client import LARGEST
from portal.sources.manifest import Table


class CutShort(Exception):
    """A stream without its last line."""


def lines(response: HTTPResponse) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Yield each line, raw and read, but the last; CutShort when that never comes, ValueError for a line too long."""
    while raw := response.readline(LARGEST):
        if not raw.endswith(b"\n"):
            break
        line = json.loads(raw)
        if line.get("end") is True:
            return
        yield raw, line
    if len(raw) == LARGEST:
        raise ValueError
    raise CutShort


def moment(written: str) -> datetime:
    """Return a moment with its zone; ValueError where it has none, or is at an end of the calendar."""
    at = datetime.fromisoformat(written)
    if at.tzinfo is None or not 1 < at.year < 9999:  # in another zone it might be beyond
        raise ValueError
    return at


def key_of(told: Any) -> Key:
    """Return a key as the protocol writes it; ValueError for what is none."""
    parts = tuple(part for part in told if isinstance(part, str | int))
    if len(parts) != len(told) or not parts or isinstance(told, str):
        raise ValueError
    return parts


def _hidden(table: Table) -> frozenset[str]:
    return frozenset(name for name, column in table.columns.items() if not column.export)


class SpooledSnapshot(Snapshot):
    """A stream laid down in a file without a name, which is gone when it is closed, even by a kill.

    Rows are `given` to the person, so what the manifest does not export is not in them, whatever the system sends.
    """

    def __init__(self, response: HTTPResponse, tables: Mapping[str, Table], given: bool = True) -> None:
        self._spool: IO[bytes] = TemporaryFile()
        try:
            self._receive(lines(response), tables)
            self._hidden = {name: _hidden(table) for name, table in tables.items()} if given else {}
        except BaseException:
            self.close()
            raise

    def _receive(self, received: Iterator[tuple[bytes, Mapping[str, Any]]], tables: Mapping[str, Table]) -> None:
        """Lay down the rows; ValueError where they are not what the head promised."""
        _, head = next(received, (b"", {}))
        self.head, self.as_of, promised = head, moment(head["as_of"]), head["counts"]
        if promised.keys() - tables.keys():
            raise ValueError("a table that the manifest does not have")
        self._starts: dict[str, int] = {}
        counted = dict.fromkeys(promised, 0)
        last = None
        for raw, line in received:
            name = line["table"]
            if name != last and name in self._starts:
                raise ValueError("a table in two places")
            self._starts.setdefault(name, self._spool.tell())
            counted[name], last = counted[name] + 1, name
            self._spool.write(raw)
        if counted != promised:
            raise ValueError("rows and counts differ")
        self.counts = dict.fromkeys(tables, 0) | counted

    def rows(self, table: str) -> Iterator[Row]:
        self._spool.seek(self._starts.get(table, 0))
        for _ in range(self.counts[table]):
            told = json.loads(self._spool.readline())["row"].items()
            yield {name: values.decode(value) for name, value in told if name not in self._hidden.get(table, ())}

    def close(self) -> None:
        """Let go of the file."""
        self._spool.close()
