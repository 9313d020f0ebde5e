"""Whom other programs speak of: persons named by what a system knows them by, found by keyed hashes, many at once."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from portal.accounts.addresses import NotAnAddress, NotAPhone, normal
from portal.kernel import crypto
from portal.sources import registry
from portal.subjects.models.many import names_of, proven_since, standings_of_keys, standings_of_proofs

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_PLAIN = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,189}")
ROW = "key:"  # and a system's id: the kind of a name by the id of a row there


class Name(NamedTuple):
    """How a program names somebody: `kind` is "email", "phone", or "key:" with a system's id."""

    kind: str
    value: str

    @property
    def source(self) -> str:
        """Return the system by whose own id somebody is named, "" for an address."""
        return self.kind[len(ROW) :] if self.kind.startswith(ROW) else ""

    @property
    def said(self) -> str:
        """Return the text that a program and the portal hash alike: source:booking:[7], email:minh@example.com."""
        return f"source:{self.source}:{self.value}" if self.source else f"{self.kind}:{self.value}"


class Known(NamedTuple):
    """Somebody the portal knows, and their choices as the standing stores them; only consents read those."""

    subject: int
    choices: Any


def by_email(typed: str) -> Name:
    """Name somebody by an address, compared as everywhere: in small letters. Raises NotAnAddress."""
    return Name("email", plain_email(typed) or normal("email", typed))


def by_phone(typed: str) -> Name:
    """Name somebody by a number with its calling code; raises NotAPhone."""
    return Name("phone", plain_phone(typed) or normal("phone", typed))


def by_key(source: str, key: str | int | list[str | int]) -> Name:
    """Name somebody by the id of their row in a system, as the manifest's `key` has it."""
    return Name(f"{ROW}{source}", json.dumps(key) if isinstance(key, list) else key_text(key))


def plain_email(typed: str) -> str:
    """Return an address as it is compared if that is seen at once, of 3 to 254 characters; else ""."""
    return typed.lower() if _PLAIN.fullmatch(typed) else ""


def plain_phone(typed: str) -> str:
    """Return a number as it is compared if that is seen at once, of 7 to 16 characters; else ""."""
    return typed if _E164.fullmatch(typed) else ""


def key_text(key: str | int) -> str:
    """Return the id of a row as names have it: [7] or ["a-7"]."""
    return f"[{key}]" if isinstance(key, int) else f"[{encode_basestring_ascii(key)}]"


def found(names: Iterable[Name]) -> dict[Name, list[Known]]:
    """Return whom the portal knows by each of these names; see `standings`."""
    kinds: dict[str, dict[str, Name]] = {}
    for name in names:
        kinds.setdefault(name.kind, {})[name.value] = name
    known: dict[Name, list[Known]] = {}
    for kind, named in kinds.items():
        these = list(named.values())
        for place, subject, choices in standings(kind, list(named)):
            if subject:
                known.setdefault(these[place], []).append(Known(subject, choices))
    return known


def standings(kind: str, values: Sequence[str]) -> list[tuple[int, int, Any]]:
    """Return places among these values of a name, subjects that are named there, and their choices, with one statement.

    Beside them stands what is remembered of an address that nobody has proven: it has the subject 0, and choices.

    A row of a system names a person only where a proof makes it theirs (DESIGN idea 3), so nobody's choice is obeyed
    for somebody else who shares an address. Several persons may have proven one row: whoever asks heeds all of them.
    """
    rows = _rows(kind, crypto.hashes(kind, values))
    if crypto.has_older_keys():  # every value was hashed once for each key
        return [(place % len(values), subject, choices) for place, subject, choices in rows]
    return rows


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


def _rows(kind: str, hashes: list[str]) -> list[tuple[int, int, Any]]:
    if not kind.startswith(ROW):
        return standings_of_proofs(kind, hashes)
    source = kind[len(ROW) :]
    is_connected = any(one.id == source for one in registry.active().connected())
    return standings_of_keys(source, hashes) if is_connected else []


__all__ = [
    "ROW", "Known", "Name", "NotAPhone", "NotAnAddress", "by_email", "by_key", "by_phone", "found", "hash_key",
    "hashed", "key_text", "names", "one", "plain_email", "plain_phone", "proven_since", "standings",
]  # fmt: skip
