"""Who is signed in, and who that is in each connected system."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.accounts import alarms
from portal.accounts import service as accounts
from portal.accounts.models import Account, Identifier
from portal.accounts.models import Session as SessionRow
from portal.accounts.persons import country_of, known_number, number_of
from portal.kernel import clock, crypto, outbox, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim, wake_table
from portal.notices import inbox
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Key, Person, Source
from portal.sources.identifiers import EXTERNAL, there
from portal.sources.registry import OWN
from portal.subjects.models import Link, Lookup, Subject, accounts_of, session_row, systems_in
from portal.subjects.proofs import CLAIMED, GONE, LINKED, Found, discloses, merged, waits

_SEEN_EVERY = 600  # seconds between two notes that a session is in use


@dataclass
class SignedIn:
    """The person of a request. `memo` keeps what one request needs more than once.

    For menu and banners it has from the start what came with the session: see `SessionRow` for its keys.
    """

    account_id: int
    token: str
    fresh_until: datetime
    language: str | None
    _subject: int | None
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def subject_id(self) -> int:
        """Return the data subject that this account is."""
        if self._subject is None:
            self._subject = ensure(self.account_id)
        return self._subject


def signed_in(token: str | None) -> SignedIn | None:
    """Return whom a session token belongs to; None when it is unknown, ended, or too long idle or old."""
    row = session_row(tokens.digest(token)) if token else None
    if not token or row is None:
        return None
    now = clock.now()
    if row.seen_at <= now - accounts.IDLE or row.created_at <= now - accounts.LONGEST:
        return None
    if (now - row.seen_at).total_seconds() > _SEEN_EVERY:
        SessionRow.update(seen_at=now).where(SessionRow.id == row.id).execute()
    came_along = {
        "choices": row.choices,
        "reach": row.reach,
        "systems": systems_in(row.reach),
        "requests": row.requests,
        "unread": row.unread,
        "read_of": row.read_of,
    }
    return SignedIn(row.account, token, row.fresh_until, row.language, row.subject, came_along)


def ensure(account_id: int) -> int:
    """Return the subject of an account, made now if there is none."""
    return number_of(account_id)


def verified(proof: Proof) -> tuple[int, bool]:
    """Return the subject of an identifier whose holder an operator has verified, and whether it was made now.

    The identifier is kept as if its holder had proven it, with an account that nobody is signed in to: messages need
    an address, and whoever signs in with it later finds their requests there.
    """
    hashes = crypto.keyed_hashes(proof.kind, proof.value)
    with atomic():
        known = Identifier.get_or_none(Identifier.kind == proof.kind, Identifier.hash << hashes)
        account = known.account_id if known else Account.create().id
        if not known:
            Identifier.create(account=account, kind=proof.kind, value=proof.value, hash=hashes[0])
        return ensure(account), known is None


def adopt(subject_id: int, proof: Proof) -> None:
    """Add an address to those of a person whom staff have recognised, inside a transaction; not if another has it."""
    account, hashes = account_of(subject_id), crypto.keyed_hashes(proof.kind, proof.value)
    taken = Identifier.select().where(Identifier.kind == proof.kind, Identifier.hash << hashes).exists()
    if account is not None and not taken:
        mine = {"account": account, "kind": proof.kind, "value": proof.value, "hash": hashes[0]}
        alarms.tell_added(Identifier.create(**mine))


def vouch(subject_id: int) -> None:
    """Count as proven, beside the phone that found them, the rows of somebody whom an operator has verified."""
    alone = (Link.subject == subject_id) & (Link.state == LINKED) & (Link.proven_by == "phone")
    found = {link.source for link in Link.select(Link.source).where(alone)}
    with atomic():
        Link.update(state=CLAIMED).where(alone).execute()
        for source in sorted(found):
            outbox.again(subject_id, source)  # nothing was written there so far


def forget(subject_id: int) -> None:
    """Forget a subject that `verified` made and nothing came of, unless somebody has signed in meanwhile."""
    if not SessionRow.select().where(SessionRow.account == account_of(subject_id)).exists():
        registry.active().get(OWN).erase(person(subject_id, OWN), f"let go:{subject_id}")


def of_account(account_id: int) -> int | None:
    """Return the subject of an account, None if there is none yet."""
    return known_number(account_id)


def after(subject_id: int, limit: int) -> list[int]:
    """Return the numbers of the next so many people with an account, after one of them."""
    known = Subject.select(Subject.id).where(Subject.id > subject_id, Subject.account.is_null(False))
    return [int(row.id) for row in known.order_by(Subject.id).limit(limit)]


def account_of(subject_id: int) -> int | None:
    """Return the account of a subject, None if there is none."""
    found = Subject.select(Subject.account).where(Subject.id == subject_id).scalar()
    return None if found is None else int(found)


def country(subject_id: int) -> str:
    """Return the country that a person named when they signed up, "" where it is not known."""
    account = account_of(subject_id)
    return country_of(account) if account is not None else ""


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
    _ask_all(subject_id, _identifiers(subject_id))


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


def found_of(link: Link) -> Found:
    """Return how a row was found and stands."""
    return Found(link.state, link.proven_by)


def rows(subject_id: int) -> list[Link]:
    """Return all rows that were found for a person and are still there, also those that must not be shown."""
    return list(Link.select().where(Link.subject == subject_id, Link.state != GONE).order_by(Link.id))


def waiting_rows(subject_id: int) -> list[Link]:
    """Return the rows that were found for a person and lack a proof of their own."""
    return [link for link in rows(subject_id) if waits(found_of(link))]


def let_go_of(subject_id: int, source_id: str) -> None:
    """Note that nobody there is this person any more: their rows in that system were erased."""
    mine = (Link.subject == subject_id) & (Link.source == source_id) & (Link.state << [LINKED, CLAIMED])
    Link.update(state=GONE).where(mine).execute()


def links(subject_id: int) -> dict[str, list[Key]]:
    """Return the keys of a person by system: only those that may be shown, changed and deleted."""
    found: dict[str, list[Key]] = {}
    for link in rows(subject_id):
        if discloses(found_of(link)):
            found.setdefault(link.source, []).append(tuple(json.loads(link.key)))
    return found


def person(subject_id: int, source_id: str) -> Person:
    """Return what one system needs to reach all rows of a person: keys there, and proven identifiers; see `people`."""
    return people(subject_id, [source_id])[source_id]


def people(subject_id: int, sources: Iterable[str]) -> dict[str, Person]:
    """Return, by system, what each needs to reach all rows of a person, with three queries however many they are.

    Where a row waits for a proof of its own, an address may be somebody else's too: there only keys count. A phone
    counts only where it leads to rows that another proof has shown to be the person's: alone it never discloses.
    """
    known, found = _identifiers(subject_id), rows(subject_id)
    backed = _backed(known) if any(row.kind == "phone" for row in known) else set()

    def reach(source: str) -> Person:
        if source == OWN:
            return Person(((subject_id,),), tuple(Proof(row.kind, row.value) for row in known))
        return _reach(source, [link for link in found if link.source == source], known, backed)

    return {source: reach(source) for source in sources}


def many(subject_ids: list[int], source_id: str) -> dict[int, Person]:
    """Return what one system needs to reach the rows of many people, with four queries; see `people`."""
    mine = Link.subject << subject_ids
    links: dict[int, list[Link]] = {subject: [] for subject in subject_ids}
    for link in Link.select().where(mine, Link.source == source_id, Link.state != GONE).order_by(Link.id):
        links[link.subject_id].append(link)
    subject_of = accounts_of(subject_ids)
    known: dict[int, list[Identifier]] = {subject: [] for subject in subject_ids}
    for row in Identifier.select().where(Identifier.account << list(subject_of)).order_by(Identifier.id):
        known[subject_of[row.account_id]].append(row)
    backed = _backed([row for rows_ in known.values() for row in rows_])
    return {subject: _reach(source_id, links[subject], known[subject], backed) for subject in subject_ids}


def _reach(source: str, found: list[Link], known: list[Identifier], backed: set[tuple[str, int]]) -> Person:
    """Return how a person is reached in a system, by what was found there and what they proved."""
    keys = tuple(tuple(json.loads(link.key)) for link in found if discloses(found_of(link)))
    if any(waits(found_of(link)) for link in found):
        return Person(keys)
    counting = [row for row in known if row.kind != "phone" or (keys and (source, row.id) in backed)]
    as_known = (there(Proof(row.kind, row.value), source) for row in counting)
    return Person(keys, tuple(proof for proof in as_known if proof))


def _backed(known: list[Identifier]) -> set[tuple[str, int]]:
    """Return which identifiers have found a row, and in which system."""
    asked = Lookup.select(Lookup.source, Lookup.identifier).where(
        Lookup.identifier << [row.id for row in known], Lookup.found > 0
    )
    return {(row.source, row.identifier_id) for row in asked}


def let_go(subject_id: int, identifier: Identifier) -> None:
    """Forget, inside a transaction, what an identifier that is taken away has proven; the others are asked about anew.

    Rows that one of them finds too come back by themselves, the others are reached no more. What was claimed is to be
    claimed anew, for it took both proofs.
    """
    mine = (Link.subject == subject_id) & ((Link.proven_by == identifier.kind) | (Link.state == CLAIMED))
    Link.update(state=GONE).where(mine).execute()
    others = [row.id for row in _identifiers(subject_id)]
    Lookup.delete().where(Lookup.identifier << others).execute()
    Identifier.update(due_at=clock.now()).where(Identifier.id << others).execute()
    wake_table(Identifier)


def proofs(subject_id: int) -> tuple[Proof, ...]:
    """Return the identifiers that a person proved."""
    return tuple(Proof(row.kind, row.value) for row in _identifiers(subject_id))


def waiting(subject_id: int) -> list[str]:
    """Return the systems that have not yet answered about every identifier of a person."""
    asked = (
        Lookup.select(Lookup.source, Lookup.identifier)
        .join(Identifier)
        .join_from(Identifier, Subject, on=(Subject.account == Identifier.account))
    )
    answered = {(row.source, row.identifier_id) for row in asked.where(Subject.id == subject_id)}
    proven = [row.id for row in _identifiers(subject_id)]
    return [
        source.id
        for source in registry.active().connected()
        if not all((source.id, identifier) in answered for identifier in proven)
    ]


def unclaimed(subject_id: int) -> dict[str, int]:
    """Return, by system, how many rows were found and lack a proof of their own."""
    counts: dict[str, int] = {}
    for link in Link.select(Link.source, Link.state, Link.proven_by).where(Link.subject == subject_id):
        if waits(found_of(link)):
            counts[link.source] = counts.get(link.source, 0) + 1
    return counts


def _identifiers(subject_id: int) -> list[Identifier]:
    return list(
        Identifier.select()
        .join(Subject, on=(Subject.account == Identifier.account))
        .where(Subject.id == subject_id)
        .order_by(Identifier.id)
    )
