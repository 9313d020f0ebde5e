"""Who somebody is to a system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Key = tuple[str | int, ...]
NAME = "name"  # the kind of a trace that is a name, or whatever else the manifest says identifies somebody


@dataclass(frozen=True)
class Identifier:
    """A proven address or number of a person: e-mail in small letters and stripped, phone as E.164."""

    kind: str  # email, phone or external_id
    value: str


@dataclass(frozen=True)
class Person:
    """What a system needs to reach all rows of somebody: keys of their subject rows there, and identifiers.

    `traces` is what was read there before the erasure (see `Source.traced`): sought in free text, never used to reach
    rows, for nobody has proven that it is theirs alone.
    """

    keys: tuple[Key, ...]
    identifiers: tuple[Identifier, ...] = ()
    traces: tuple[Identifier, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the identifiers of one kind."""
        return tuple(identifier.value for identifier in self.identifiers if identifier.kind == kind)


@dataclass(frozen=True)
class Young:
    """Somebody whose date of birth in a system is after a day, with the identifiers on their row."""

    key: Key
    born: date
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True)
class Setting:
    """What a system has stored of somebody's choices: who, by key or by an address, and a state word by preference."""

    who: Key | Identifier
    stored: Mapping[str, str]
