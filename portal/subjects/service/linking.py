"""Which rows of a system are a person: asked there by each proven identifier, and written down as links."""

from __future__ import annotations

import json

from portal.accounts.models import Identifier
from portal.kernel import clock, crypto, outbox
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim, wake_table
from portal.notices import inbox
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Key, Source
from portal.sources.identifiers import EXTERNAL, there
from portal.subjects.models import Link, Lookup, Subject
from portal.subjects.proofs import CLAIMED, GONE, LINKED, discloses, merged
from portal.subjects.service.persons import ensure
from portal.subjects.service.reaching import found_of, identifiers


def resolve(claim: Claim[Identifier]) -> None:
    """Ask every system about a proven identifier; who is found alone is linked, several stay unclaimed.

    Systems that do not answer are asked again later; raises SourceUnavailable once the others were asked.
    """
    subject = ensure(claim.row.account_id)
    with atomic():
        inbox.adopt(claim.row.account_id, claim.row.kind, claim.row.value)
    _ask_all(subject, [claim.row])
    claim.done()


def refresh(subject_id: int) -> None:
    """Ask every system again about every identifier; raises SourceUnavailable if one of them was silent."""
    _ask_all(subject_id, identifiers(subject_id))


def _ask_all(subject: int, identifiers: list[Identifier]) -> None:
    asked = [_ask(subject, proven, source) for proven in identifiers for source in registry.active().connected()]
    if silent := [problem for problem in asked if problem]:
        raise silent[0]


def _ask(subject: int, identifier: Identifier, source: Source) -> SourceUnavailable | None:
    known = there(Proof(identifier.kind, identifier.value), source.id)
    try:
        keys = source.find(known) if known else []
    except SourceUnavailable as problem:
        return problem
    with atomic():
        if known and (only := _alone(identifier)):
            _let_go_of_others(subject, source.id, identifier.kind, keys)
        for key in keys:
            _link(subject, source.id, key, identifier.kind, alone=len(keys) == 1, only=only)
        found = {"found": len(keys), "at": clock.now()}
        Lookup.insert(identifier=identifier, source=source.id, **found).on_conflict(
            conflict_target=[Lookup.identifier, Lookup.source], update=found
        ).execute()
    return None


def _alone(identifier: Identifier) -> bool:
    """Tell whether no other identifier of its kind could have made the same links."""
    same = Identifier.of(identifier.account_id, identifier.kind)
    if identifier.kind != EXTERNAL:
        return bool(same.count() == 1)
    app = identifier.value.partition(":")[0]  # a number finds rows in its own system only
    return len([row for row in same if row.value.partition(":")[0] == app]) == 1


def _let_go_of_others(subject: int, source: str, kind: str, keys: list[Key]) -> None:
    """Count links no longer whose rows the system does not find any more: it may give their number to somebody else."""
    hashes = [hashed for key in keys for hashed in _key_hashes(source, key)]
    stale = (
        (Link.subject == subject) & (Link.source == source) & (Link.proven_by == kind) & Link.key_hash.not_in(hashes)
    )
    Link.update(state="gone").where(stale).execute()


def _key_hashes(source: str, key: Key) -> list[str]:
    return crypto.keyed_hashes(f"key:{source}", json.dumps(key))


def _link(subject: int, source: str, key: Key, kind: str, *, alone: bool, only: bool) -> None:
    known = Link.get_or_none(Link.subject == subject, Link.source == source, Link.key_hash << _key_hashes(source, key))
    before = found_of(known) if known else None
    after = merged(before, kind, alone=alone, only=only)
    if after == before:
        return
    if known:
        Link.update(state=after.state, proven_by=after.by).where(Link.id == known.id).execute()
    else:
        text, hashed = json.dumps(key), _key_hashes(source, key)[0]
        row = {"subject": subject, "source": source, "key": text, "key_hash": hashed}
        Link.insert(**row, state=after.state, proven_by=after.by).on_conflict_ignore().execute()
    if discloses(after):
        outbox.again(subject, source)  # choices made before the system was found


def vouch(subject_id: int) -> None:
    """Count as proven, beside the phone that found them, the rows of somebody whom an operator has verified."""
    alone = (Link.subject == subject_id) & (Link.state == LINKED) & (Link.proven_by == "phone")
    found = {link.source for link in Link.select(Link.source).where(alone)}
    with atomic():
        Link.update(state=CLAIMED).where(alone).execute()
        for source in sorted(found):
            outbox.again(subject_id, source)  # nothing was written there so far


def let_go_of(subject_id: int, source_id: str) -> None:
    """Note that nobody there is this person any more: their rows in that system were erased."""
    mine = (Link.subject == subject_id) & (Link.source == source_id) & (Link.state << [LINKED, CLAIMED])
    Link.update(state=GONE).where(mine).execute()


def let_go(subject_id: int, identifier: Identifier) -> None:
    """Forget, inside a transaction, what an identifier that is taken away has proven; the others are asked about anew.

    Rows that one of them finds too come back by themselves, the others are reached no more. What was claimed is to be
    claimed anew, for it took both proofs.
    """
    mine = (Link.subject == subject_id) & ((Link.proven_by == identifier.kind) | (Link.state == CLAIMED))
    Link.update(state=GONE).where(mine).execute()
    others = [row.id for row in identifiers(subject_id)]
    Lookup.delete().where(Lookup.identifier << others).execute()
    Identifier.update(due_at=clock.now()).where(Identifier.id << others).execute()
    wake_table(Identifier)


def waiting(subject_id: int) -> list[str]:
    """Return the systems that have not yet answered about every identifier of a person."""
    asked = (
        Lookup.select(Lookup.source, Lookup.identifier)
        .join(Identifier)
        .join_from(Identifier, Subject, on=(Subject.account == Identifier.account))
    )
    answered = {(row.source, row.identifier_id) for row in asked.where(Subject.id == subject_id)}
    proven = [row.id for row in identifiers(subject_id)]
    return [
        source.id
        for source in registry.active().connected()
        if not all((source.id, identifier) in answered for identifier in proven)
    ]
