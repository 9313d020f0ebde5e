"""Who a person is in one system, written down encrypted before anything is erased."""

from __future__ import annotations

import json

from portal.sources.base import Identifier, Person


def written(person: Person) -> str:
    """Return keys, identifiers and traces as text for an encrypted column."""
    known = {"keys": person.keys, "identifiers": _pairs(person.identifiers)}
    return json.dumps({**known, "traces": _pairs(person.traces)} if person.traces else known)


def read(text: str) -> Person:
    """Return what `written` wrote."""
    raw = json.loads(text)
    keys = tuple(tuple(key) for key in raw["keys"])
    return Person(keys, _identifiers(raw["identifiers"]), _identifiers(raw.get("traces", [])))


def _pairs(identifiers: tuple[Identifier, ...]) -> list[tuple[str, str]]:
    return [(identifier.kind, identifier.value) for identifier in identifiers]


def _identifiers(pairs: list[list[str]]) -> tuple[Identifier, ...]:
    return tuple(Identifier(kind, value) for kind, value in pairs)
