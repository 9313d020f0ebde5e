"""Which addresses the systems hold of somebody who can be found by one of them, and nothing of it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from portal.accounts.addresses import TYPED
from portal.accounts.models import Identifier
from portal.kernel import crypto
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Key, Person, Row, Source
from portal.sources.identifiers import normal


def addresses(known: Proof) -> set[Proof]:
    """Return every e-mail address and phone on file of whoever one address leads to, itself among them.

    Several people who share it count together: each may object. Empty where nobody knows it. Raises SourceUnavailable
    where a system does not answer, for what it holds must not be passed over.
    """
    found = set(_of_account(known))
    for source in registry.active().connected():
        for key in source.find(known):
            found |= {known, *_on_row(source, key)}
    return found


def row_of(source: Source, key: Key) -> Row:
    """Return the row of a system that is somebody; empty where it is not there any more."""
    with source.snapshot(Person((key,))) as snapshot:
        return next(iter(snapshot.rows(source.manifest.subject.table)), {})


def _of_account(known: Proof) -> Iterator[Proof]:
    hashes = crypto.keyed_hashes(known.kind, known.value)
    account = Identifier.get_or_none(Identifier.kind == known.kind, Identifier.hash << hashes)
    if account is not None:
        yield from (Proof(row.kind, row.value) for row in Identifier.of(account.account_id, *TYPED))


def _on_row(source: Source, key: Key) -> Iterator[Proof]:
    row = row_of(source, key)
    for match in source.manifest.subject.match:
        found = normal(match, row.get(match.column)) if match.kind in TYPED else None
        if found:
            yield found
