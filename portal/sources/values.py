"""Values on their way into an archive: JSON that a person can read and a program can turn back.

Text, numbers, truth values and null are themselves. Decimals, dates, moments and UUIDs are written as text; the kind of
their column (`Snapshot.kinds`) says what they were. What no column could tell carries a mark: {"$bytes": base64},
{"$text": base64} for text that is no UTF-8, {"$float": "nan"}, {"$integer": "…"} beyond 64 bits, {"$number": "…"} for
one that a float would round, {"$json": …} around an object that has such a mark itself, and around a null that is a
value in JSON and no empty column.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

Json = Any
_MARKS = {"$bytes", "$text", "$float", "$integer", "$number", "$json"}


class Number(Decimal):
    """A number inside JSON that a float would round."""


class Null:
    """The null of JSON as a value of its own: the column is not empty."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Null)

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        return "null"


def encode(value: Any) -> Json:
    """Return the JSON form of a value as a driver gives it; never fails, an unknown type becomes its text."""
    match value:
        case None | bool():
            return value
        case str():
            return value if sound(value) else {"$text": b64encode(_raw(value)).decode()}
        case int() | float() | Number():
            return _number(value)
        case bytes() | bytearray() | memoryview():
            return {"$bytes": b64encode(value).decode()}
        case Null():
            return {"$json": None}
        case dict():
            plain = {str(key): encode(inner) for key, inner in value.items()}
            return {"$json": plain} if len(plain) == 1 and plain.keys() <= _MARKS else plain
        case list() | tuple() | set() | frozenset():
            return [encode(inner) for inner in value]
    return _written(value)


def _number(value: float | Number) -> Json:
    if isinstance(value, Number):
        return {"$number": str(value)}
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else {"$integer": str(value)}
    return value if math.isfinite(value) else {"$float": str(value)}


def decode(written: Json, kind: str = "") -> Any:
    """Return the value that `encode` wrote; `kind` is that of its column, with [] behind it for an array."""
    if isinstance(written, list):
        return [decode(inner, kind.removesuffix("[]")) for inner in written]
    if isinstance(written, dict):
        return _unmarked(written)
    try:
        return _KINDS[kind](written) if isinstance(written, str) and kind in _KINDS else written
    except (ValueError, ArithmeticError):
        return written  # a value that Python has no type for, such as the date "infinity"


def text(value: Any) -> str:
    """Return a value as one cell of a table for people: no marks; bytes as base64, broken characters as U+FFFD."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if sound(value) else _raw(value).decode("utf-8", "replace")
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    if isinstance(value, dict | list | tuple | set | frozenset):
        return json.dumps(encode(value), ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(_written(value))


def _written(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f}S"
    return str(value)


def _unmarked(written: dict[str, Json]) -> Any:
    if len(written) == 1 and written.keys() <= _MARKS:
        [(mark, inner)] = written.items()
        if mark == "$json" and inner is None:
            return Null()
        if mark == "$json":
            return {key: decode(value) for key, value in inner.items()}
        return _UNMARK[mark](inner)
    return {key: decode(inner) for key, inner in written.items()}


def sound(value: str) -> bool:
    """Say whether text is UTF-8; a lone surrogate stands for a byte that was not."""
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _raw(value: str) -> bytes:
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def _seconds(written: str) -> timedelta:
    return timedelta(microseconds=int(Decimal(written[2:-1]).scaleb(6)))


_KINDS: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "interval": _seconds,
    "uuid": UUID,
}
_UNMARK: dict[str, Callable[[str], Any]] = {
    "$bytes": lambda written: b64decode(written),
    "$text": lambda written: b64decode(written).decode("utf-8", "surrogateescape"),
    "$float": float,
    "$integer": int,
    "$number": Number,
}
