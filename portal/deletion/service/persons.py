"""Who a person is in one system, written down encrypted before anything is erased."""

from __future__ import annotations

import json

from portal.sources.base import Identifier, Person


def written(person: Person) -> str:
    """Return keys and identifiers as text for an encrypted column."""
    proofs = [[identifier.kind, identifier.value] for identifier in person.identifiers]
    return json.dumps({"keys": person.keys, "identifiers": proofs})


def read(text: str) -> Person:
    """Return what `written` wrote."""
    raw = json.loads(text)
    keys = tuple(tuple(key) for key in raw["keys"])
    return Person(keys, tuple(Identifier(kind, value) for kind, value in raw["identifiers"]))
