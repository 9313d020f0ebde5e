"""SQL put together from parts, with its values beside it and never inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

HERE = "\0"  # stands where a value goes; each engine writes its own sign


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and the values that go into it, in order."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        more = other if isinstance(other, Sql) else Sql(other)
        return Sql(self.text + more.text, self.values + more.values)

    def __radd__(self, other: str) -> Sql:
        return Sql(other + self.text, self.values)


NEVER = Sql("1 = 0")


def bound(value: Any) -> Sql:
    """Return a place for one value."""
    return Sql(HERE, (value,))


def joined(parts: Iterable[Sql], between: str) -> Sql:
    """Return the parts one after another."""
    listed = list(parts)
    return Sql(between.join(part.text for part in listed), tuple(value for part in listed for value in part.values))


def either(parts: Iterable[Sql]) -> Sql:
    """Return the condition that any of the parts holds; one that never does would keep SQLite from its indexes."""
    listed = [part for part in parts if part != NEVER]
    return "(" + joined(listed, " OR ") + ")" if listed else NEVER


def among(expression: Sql, values: Iterable[Any]) -> Sql:
    """Return the condition that an expression is one of some values."""
    listed = [bound(value) for value in values]
    return expression + " IN (" + joined(listed, ", ") + ")" if listed else NEVER
