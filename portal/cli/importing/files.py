"""The rows of a CSV or NDJSON file with their line numbers, one at a time, whatever somebody put into it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from portal.config import ConfigProblem

LONGEST = 16_384  # characters of a line, and of a quoted value that runs over several
_SEPARATORS = ",;\t"
_JSON = frozenset({".ndjson", ".jsonl"})


class Row(NamedTuple):
    """One row and the line it begins on; `wrong` says why it could not be read, and then it has no values."""

    line: int
    values: Mapping[str, str]
    wrong: str = ""


def rows(path: Path, known: frozenset[str], needed: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a file, a blank line left out.

    A name that ends with .ndjson or .jsonl holds a JSON object a line, any other is CSV with a header, separated by
    commas, semicolons or tabs. Raises ConfigProblem for a header that cannot be meant; OSError as `open` does.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _Lines(file)
        yield from _objects(lines, known) if path.suffix.lower() in _JSON else _table(lines, known, needed)


class _Lines:
    """The lines of a file, none longer than LONGEST in memory; `cut` tells that the last one was."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self.number, self.cut = file, 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST and not line.endswith("\n"):
            self.cut = True
            while (rest := self._file.readline(LONGEST)) and not rest.endswith("\n"):
                pass
        return line


def _table(lines: _Lines, known: frozenset[str], needed: tuple[str, ...]) -> Iterator[Row]:
    csv.field_size_limit(LONGEST)
    first = next(lines, "")
    header = _header(first, known, needed)
    reader = csv.reader(lines, delimiter=_separator(first))
    while True:
        begins, lines.cut = lines.number + 1, False
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(begins, {}, f"a quote is not closed, or a value is longer than {LONGEST} characters")
            continue
        if lines.cut:
            yield Row(begins, {}, f"it is longer than {LONGEST} characters")
        elif len(values) not in (0, len(header)):
            yield Row(begins, {}, f"it has {len(values)} values, and the header names {len(header)} columns")
        elif any(value.strip() for value in values):
            yield Row(begins, dict(zip(header, values, strict=True)))


def _header(line: str, known: frozenset[str], needed: tuple[str, ...]) -> list[str]:
    names = [name.strip().lower() for name in next(csv.reader([line], delimiter=_separator(line)), [])]
    for name in needed:
        if name not in names:
            raise ConfigProblem(f"the header has no column {name}; save the file as CSV in UTF-8 with a header line")
    for name in names:
        if name not in known or names.count(name) > 1:
            wrong = "is there twice" if names.count(name) > 1 else "is unknown"
            raise ConfigProblem(f"the column {name[:40]!r} {wrong}; there are: {', '.join(sorted(known))}")
    return names


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _objects(lines: _Lines, known: frozenset[str]) -> Iterator[Row]:
    for line in lines:
        cut, lines.cut = lines.cut, False
        if cut:
            yield Row(lines.number, {}, f"it is longer than {LONGEST} characters")
        elif line.strip():
            yield _object(lines.number, line, known)


def _object(number: int, line: str, known: frozenset[str]) -> Row:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, {}, "it is no JSON")
    if not isinstance(read, dict):
        return Row(number, {}, "it is no JSON object")
    if unknown := sorted(set(read) - known):
        return Row(number, {}, f"the member {unknown[0][:40]!r} is unknown; there are: {', '.join(sorted(known))}")
    if wrong := next((name for name, value in read.items() if not isinstance(value, str | None)), ""):
        return Row(number, {}, f"{wrong} is not text")
    return Row(number, {name: value or "" for name, value in read.items()})
