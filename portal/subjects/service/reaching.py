"""How a person is reached in each system: by the keys of rows that are theirs, and by what they proved."""

from __future__ import annotations

import json
from collections.abc import Iterable

from portal.accounts.models import Identifier
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Key, Person
from portal.sources.identifiers import there
from portal.sources.registry import OWN
from portal.subjects.models import Link, Lookup, Subject
from portal.subjects.models.many import accounts_of
from portal.subjects.proofs import GONE, Found, discloses, waits


def found_of(link: Link) -> Found:
    """Return how a row was found and stands."""
    return Found(link.state, link.proven_by)


def rows(subject_id: int) -> list[Link]:
    """Return all rows that were found for a person and are still there, also those that must not be shown."""
    return list(Link.select().where(Link.subject == subject_id, Link.state != GONE).order_by(Link.id))


def waiting_rows(subject_id: int) -> list[Link]:
    """Return the rows that were found for a person and lack a proof of their own."""
    return [link for link in rows(subject_id) if waits(found_of(link))]


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
    known, found = identifiers(subject_id), rows(subject_id)
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


def proofs(subject_id: int) -> tuple[Proof, ...]:
    """Return the identifiers that a person proved."""
    return tuple(Proof(row.kind, row.value) for row in identifiers(subject_id))


def unclaimed(subject_id: int) -> dict[str, int]:
    """Return, by system, how many rows were found and lack a proof of their own."""
    counts: dict[str, int] = {}
    for link in Link.select(Link.source, Link.state, Link.proven_by).where(Link.subject == subject_id):
        if waits(found_of(link)):
            counts[link.source] = counts.get(link.source, 0) + 1
    return counts


def unclaimed_titles(subject_id: int, language: str) -> list[str]:
    """Return what the connected systems are called in which rows of a person wait for a proof."""
    waiting = unclaimed(subject_id)
    return [source.title.in_(language) for source in registry.active().connected() if source.id in waiting]


def identifiers(subject_id: int) -> list[Identifier]:
    """Return the identifiers that a person proved, as they are stored."""
    return list(
        Identifier.select()
        .join(Subject, on=(Subject.account == Identifier.account))
        .where(Subject.id == subject_id)
        .order_by(Identifier.id)
    )
