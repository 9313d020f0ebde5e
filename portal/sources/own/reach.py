"""How a person's rows of ours are found, and what an erasure does with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import peewee

from portal.kernel import clock, crypto
from portal.sources.base import Identifier, Person
from portal.sources.own.tables import meta, named

_PURPOSES = {"phone": ("phone", "sms")}  # an address is hashed for its kind, or for the channel of a message to it


@dataclass(frozen=True)
class Reach:
    """One person: their numbers with us and the hashes of their addresses, read through one connection."""

    subjects: tuple[int, ...]
    accounts: tuple[int, ...]
    hashes: tuple[str, ...]
    view: peewee.Database | None = None

    @classmethod
    def of(cls, person: Person, view: peewee.Database | None = None) -> Reach:
        """Look the accounts up now: after an erasure nothing leads to them any more."""
        subjects, subject = tuple(int(key[0]) for key in person.keys), named("subjects")
        held = subject.select(subject.account).where(subject.id << subjects, subject.account.is_null(False))
        accounts = tuple(int(account) for (account,) in held.tuples().execute(view))
        return cls(subjects, accounts, tuple(found for given in person.identifiers for found in _hashes(given)), view)

    def rows(self, model: Any) -> Any:
        """Return the condition for the person's rows of a table."""
        found = self._owned(model, meta(model).whose.split("."))
        by_address = getattr(meta(model), "by_address", "")
        return found | (meta(model).fields[by_address] << self.hashes) if by_address else found

    def given(self, model: Any) -> Any:
        """Return the condition for those that the person is shown: no notes of staff, nothing held back for a while."""
        rows, column = self.rows(model), getattr(meta(model), "embargo", "")
        if internal := getattr(meta(model), "internal", ""):
            rows &= ~meta(model).fields[internal]
        if not column:
            return rows
        held = named("staff_embargoes")
        return rows & meta(model).fields[column].not_in(held.select(held.event).where(held.until > clock.now()))

    def shown(self, model: Any) -> int:
        """Count those that the person is shown."""
        return self._count(model, self.given(model))

    def _owned(self, model: Any, path: list[str]) -> Any:
        field = meta(model).fields.get(path[0], meta(model).primary_key)
        if len(path) == 1:
            return field << (self.accounts if path[0] == "account" else self.subjects)
        above = field.rel_model
        return field << above.select(above._meta.primary_key).where(self._owned(above, path[1:]))

    def count(self, model: Any) -> int:
        """Count the person's rows of a table."""
        return self._count(model, self.rows(model))

    def due(self, model: Any) -> int:
        """Count those that an erasure has still to delete or to empty."""
        match meta(model).erasure:
            case "delete":
                return self.count(model)
            case "unlink":
                return self._count(model, self.rows(model) & _unemptied(model))
        return 0

    def _count(self, model: Any, rows: Any) -> int:
        return int(model.select().where(rows).count(self.view))


def erase(model: Any, reach: Reach) -> int:
    """Delete or empty the person's rows of a table as its model says; return how many."""
    match meta(model).erasure:
        case "delete":
            return int(model.delete().where(reach.rows(model)).execute())
        case "unlink":
            return int(model.update(_emptied(model)).where(reach.rows(model) & _unemptied(model)).execute())
    return 0


def _emptied(model: Any) -> dict[Any, Any]:
    """Return what is written over the owner and what `forget` names; a row that is the person keeps its number."""
    fields = meta(model).fields
    named_there = (meta(model).whose, *getattr(meta(model), "forget", ()))
    return {fields[name]: None if fields[name].null else "" for name in named_there if name in fields}


def _unemptied(model: Any) -> Any:
    left = (field.is_null(False) if empty is None else field != empty for field, empty in _emptied(model).items())
    return reduce(or_, left)


def _hashes(identifier: Identifier) -> Iterable[str]:
    for purpose in _PURPOSES.get(identifier.kind, (identifier.kind,)):
        yield from crypto.keyed_hashes(purpose, identifier.value)
