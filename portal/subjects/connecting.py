"""A system that was connected later: it is read through once, and who is known here is looked for as at any sign-in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from peewee import JOIN

from portal.accounts.models import Identifier
from portal.kernel import clock, crypto
from portal.kernel.db import ROWS
from portal.kernel.work import Claim, wake_table
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Source
from portal.sources.identifiers import EXTERNAL, external
from portal.subjects.models import Connection, Lookup
from portal.subjects.models.connecting import not_there

Item = TypeVar("Item")


def notice_new() -> int:
    """Write down which systems were connected and not yet read through; return how many. Harmless to repeat."""
    known = {row.source for row in Connection.select(Connection.source)}
    new = [{"source": source.id} for source in registry.active().connected() if source.id not in known]
    if new:
        Connection.insert_many(new).on_conflict_ignore().execute()
        wake_table(Connection)
    return len(new)


def connect(claim: Claim[Connection]) -> None:
    """Ask a system about everybody who is known here: its people are streamed past the proven addresses.

    Whoever matches falls due and is then asked about as after signing in, so the same rules say whose row it is. In the
    end all others count as asked. Whoever dies begins anew and finds that much less to do. Raises SourceUnavailable.
    """
    source, people = registry.active().get(claim.row.source), 0
    for some in _portions((proof for _, proofs in source.keys() for proof in proofs), ROWS):
        with claim.step(people=people):
            people += _fall_due(source, some)
        wake_table(Identifier)
    while True:
        with claim.step(people=people):
            if not not_there(source.id, clock.now(), ROWS):
                break
    claim.done(finished_at=clock.now(), people=people)


def _fall_due(source: Source, proofs: list[Proof]) -> int:
    """Let addresses fall due that this system was not asked about; return how many."""
    by_kind: dict[str, list[str]] = {}
    for proof in proofs:
        value = external(source.id, proof.value) if proof.kind == EXTERNAL else proof.value
        by_kind.setdefault(proof.kind, []).append(value)
    found = [number for kind, values in by_kind.items() for number in _not_asked(source, kind, values)]
    return int(Identifier.update(due_at=clock.now(), attempts=0).where(Identifier.id << found).execute())


def _not_asked(source: Source, kind: str, values: list[str]) -> list[int]:
    hashes = crypto.hashes(kind, values)
    asked = (Lookup.identifier == Identifier.id) & (Lookup.source == source.id)
    proven = Identifier.select(Identifier.id).join(Lookup, JOIN.LEFT_OUTER, on=asked)
    return [row.id for row in proven.where(Identifier.kind == kind, Identifier.hash << hashes, Lookup.id.is_null())]


def _portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    every = iter(items)
    while some := list(islice(every, size)):
        yield some
