"""Whom other programs speak of: persons named by what a system knows them by, found by keyed hashes, many at once."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from portal.accounts.identifiers import NotAnAddress, NotAPhone, normal
from portal.kernel import crypto
from portal.sources import registry
from portal.subjects.models import names_of, proven_since, standings_of_keys, standings_of_proofs

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_PLAIN = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,190}")


class Name(NamedTuple):
    """How a program names somebody: `kind` is "email", "phone", or "key:" with a system's id."""

    kind: str
    value: str

    @property
    def source(self) -> str:
        """Return the system by whose own id somebody is named, "" for an address."""
        return self.kind[4:] if self.kind.startswith("key:") else ""

    @property
    def said(self) -> str:
        """Return the text that a program and the portal hash alike: source:booking:[7], email:minh@example.com."""
        return f"source:{self.source}:{self.value}" if self.source else f"{self.kind}:{self.value}"


class Known(NamedTuple):
    """Somebody the portal knows, and their choices as the standing stores them; only consents read those."""

    subject: int
    choices: Any


def by_email(typed: str) -> Name:
    """Name somebody by an address, compared as everywhere: casefolded. Raises NotAnAddress."""
    if _PLAIN.fullmatch(typed):
        return Name("email", typed.lower())
    return Name("email", normal("email", typed))


def by_phone(typed: str) -> Name:
    """Name somebody by a number with its calling code; raises NotAPhone."""
    return Name("phone", typed if _E164.fullmatch(typed) else normal("phone", typed))


def by_key(source: str, key: str | int | list[str | int]) -> Name:
    """Name somebody by the id of their row in a system, as the manifest's `key` has it."""
    if isinstance(key, int):
        return Name(f"key:{source}", f"[{key}]")
    return Name(f"key:{source}", json.dumps(key if isinstance(key, list) else [key]))


def found(names: Iterable[Name]) -> dict[Name, list[Known]]:
    """Return whom the portal knows by each of these names; see `each`."""
    known: dict[Name, list[Known]] = {}
    for name, subject, choices in each(names):
        if subject:
            known.setdefault(name, []).append(Known(subject, choices))
    return known


def each(names: Iterable[Name]) -> Iterator[tuple[Name, int, Any]]:
    """Yield a name, a subject that it names, and their choices, with one statement for each kind of name.

    Beside them stands what is remembered of an address that nobody has proven: it has the subject 0, and choices.

    A row of a system names a person only where a proof makes it theirs (DESIGN idea 3), so nobody's choice is obeyed
    for somebody else who shares an address. Several persons may have proven one row: whoever asks heeds all of them.
    """
    kinds: dict[str, dict[str, Name]] = {}
    for name in names:
        kinds.setdefault(name[0], {})[name[1]] = name
    for kind, named in kinds.items():
        hashes = {hashed: named[value] for value, hashed in crypto.each_hashed(kind, named)}
        for hashed, subject, choices in _rows(kind, sorted(hashes)):
            yield hashes[hashed], subject, choices


def one(name: Name) -> list[Known]:
    """Return whom the portal knows by one name; see `found`."""
    return found([name]).get(name, [])


def names(subject_ids: list[int]) -> dict[int, list[Name]]:
    """Return by what each of these is known: the addresses that they proved, and rows that a proof makes theirs."""
    known: dict[int, list[Name]] = {subject: [] for subject in subject_ids}
    for subject, kind, value, row in names_of(subject_ids):
        known[subject].append(Name(f"key:{kind}" if row else kind, value))
    return known


def hash_key() -> bytes:
    """Return the key by which programs and the portal name people without writing them out: 32 bytes."""
    return crypto.sign("api hash")


def hashed(name: Name) -> str:
    """Return how a person is named in suppressions, in what changed of them and in webhooks."""
    return hmac.digest(hash_key(), name.said.encode(), "sha256").hex()


def _rows(kind: str, hashes: list[str]) -> Iterable[tuple[str, int, Any]]:
    if kind.startswith("key:"):
        source = kind[4:]
        is_connected = any(one.id == source for one in registry.active().connected())
        return standings_of_keys(source, hashes) if is_connected else ()
    return standings_of_proofs(kind, hashes)


__all__ = [
    "Known", "Name", "NotAPhone", "NotAnAddress", "by_email", "by_key", "by_phone", "each", "found", "hash_key",
    "hashed", "names", "one", "proven_since",
]  # fmt: skip
