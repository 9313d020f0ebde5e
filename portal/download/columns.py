"""A column of some rows as both files write it: what kind of values it holds is looked at once for all of them.

`values.encode` and `cell` say how a single value is written; what stands here is their quicker way for columns of one
kind, and a test holds the two to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from operator import itemgetter
from typing import Any
from uuid import UUID

from portal.sources import values

Column = Sequence[Any]
_RISKY = "=+-@\t\r\n＝＋－＠"  # a spreadsheet may take a cell that begins so for a formula (RULES X11)
_RISKY_FIRST = frozenset(_RISKY)
_BEGINS_RISKY = tuple(_RISKY)
_NUMBERS = frozenset({type(None), int, float, Decimal})
_NONE, _PLAIN = type(None), frozenset({int, float})
_WORDS = {True: "true", False: "false"}
_FIRST = itemgetter(slice(1))
_TEXTS: Mapping[type, Callable[[Any], str]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    UUID: str,
}  # one text serves both files; none of them begins like a formula, or it is a number


def cell(value: Any) -> str | float | Decimal | None:
    """Return a value as a cell that no spreadsheet takes for a formula: text may get an apostrophe, a number never."""
    if type(value) in _NUMBERS:
        return value  # type: ignore[no-any-return] # the CSV writer writes it as str does
    text = values.text(value)
    return "'" + text if text.startswith(_BEGINS_RISKY) else text


def written(column: Column) -> tuple[Column, Column]:
    """Return a column as JSON values and as cells.

    Text that is no UTF-8 and numbers beyond 64 bits are told by whoever turns them into bytes: then `singly` is right.
    """
    kinds = set(map(type, column))
    empty = _NONE in kinds
    kinds.discard(_NONE)
    if kinds <= _PLAIN and (float not in kinds or all(map(isfinite, filter(None, column)))):
        return column, column
    if len(kinds) > 1:
        return singly(column)
    [kind] = kinds
    if kind is str:
        return column, _guarded(column, empty)
    if kind in _TEXTS:
        texts = _mapped(_TEXTS[kind], column, empty)
        return texts, texts
    if kind is bool:
        return column, _mapped(_WORDS.__getitem__, column, empty)
    return singly(column)


def singly(column: Column) -> tuple[Column, Column]:
    """Return the same, each value looked at by itself."""
    return [values.encode(value) for value in column], [cell(value) for value in column]


def _guarded(column: Column, empty: bool) -> Column:
    first = set(_mapped(_FIRST, column, empty))
    return column if _RISKY_FIRST.isdisjoint(first) else [cell(value) for value in column]


def _mapped(act: Callable[[Any], Any], column: Column, empty: bool) -> Column:
    return [None if value is None else act(value) for value in column] if empty else list(map(act, column))
