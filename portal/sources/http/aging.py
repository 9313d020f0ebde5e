"""Whose kept rows have come to their date in a system that speaks the protocol: asked page by page."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from portal.sources.base import Identifier, Person
from portal.sources.http.stream import key_of
from portal.sources.keeping import first_kept
from portal.sources.manifest import Table

PAGE = 1000  # people in one answer


class Ask(Protocol):
    """A call that hands over the answer, and refuses one that is not as the protocol says."""

    def __call__(self, operation: str, **asked: Any) -> AbstractContextManager[Any]:
        """Ask."""


def named(table: Table, today: date) -> dict[str, str]:
    """Return which rows are meant: what is dated before a day has been kept for long enough."""
    until = table.keep.until if table.keep else None
    return {"table": table.name, "before": first_kept(today, until.years if until else 0).isoformat()}


def owners(ask: Ask, table: Table, today: date) -> Generator[Person, None, None]:
    """Yield them; nothing is open between two pages, so rows may go meanwhile."""
    following: str | None = ""
    while following is not None:
        with ask("overdue", **named(table, today), after=following, limit=PAGE) as answer:
            people = [_owner(told) for told in answer["people"]]
            behind, following = following, None if answer["next"] is None else str(answer["next"])
            if following == behind:  # it would be asked for ever
                raise ValueError
        yield from people


def _owner(told: Any) -> Person:
    keys = (key_of(told["key"]),) if told.get("key") else ()
    person = Person(keys, tuple(Identifier(str(one["kind"]), str(one["value"])) for one in told.get("identifiers", ())))
    if not (person.keys or person.identifiers):
        raise ValueError
    return person
