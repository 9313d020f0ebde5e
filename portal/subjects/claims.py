"""Rows that were found and lack a proof of their own: shown masked, each claimed apart, never merged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.accounts import proving
from portal.accounts.addresses import TYPED
from portal.accounts.masks import mask, mask_name
from portal.kernel import audit, outbox
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem, SourceUnavailable
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Key, Row, Source
from portal.sources.identifiers import normal
from portal.sources.manifest import Text
from portal.subjects import service
from portal.subjects.models import Link
from portal.subjects.on_file import row_of
from portal.subjects.proofs import CLAIMED

audit.declare("subjects.claimed", "source", "kind")


class NoWay(Problem):
    """The row holds no other address, or one that other people have too."""

    status, code = 409, "no-way"
    say = N_("This record holds no other address that could prove that it is yours.")
    then = N_("Ask our staff: they answer in your requests.")


@dataclass(frozen=True)
class Way:
    """An address on the row to which a code can go; only its mask is ever shown."""

    kind: str
    shown: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Claim:
    """One row as it may be shown before it is proven: system, masked name, since when it is there, how to prove it.

    `silent`: its system does not answer now, so nothing is known of the row.
    """

    link: int
    source: str
    title: Text
    name: str
    since: date | None
    ways: tuple[Way, ...]
    silent: bool = False


def listed(subject_id: int) -> list[Claim]:
    """Return a person's rows that lack a proof of their own; each is read now from its system."""
    proven = {(proof.kind, proof.value) for proof in service.proofs(subject_id)}
    return [_claim(link, proven) for link in service.waiting_rows(subject_id)]


def ask(account_id: int, subject_id: int, link_id: int, kind: str, language: str) -> int:
    """Send a code to an address on the row; return the number of the proof. Raises NoWay, NotFound, TooManyTries."""
    link = _mine(subject_id, link_id)
    proven = {(proof.kind, proof.value) for proof in service.proofs(subject_id)}
    way = next((way for way in _claim(link, proven).ways if way.kind == kind), None)
    source = registry.active().get(link.source)
    if way is None or source.find(Proof(way.kind, way.value)) != [_key(link)]:
        raise NoWay
    return proving.send_code(account_id, way.kind, way.value, language, link.id)


def prove(account_id: int, subject_id: int, proof_id: int, code: str) -> None:
    """Claim a row with the code that was sent to an address on it; raises WrongCode, NotFound."""
    proof = proving.spend(account_id, proof_id, code)
    link = _mine(subject_id, proof.link or 0)
    with atomic():
        still = (Link.id == link.id) & (Link.state == link.state)
        if not Link.update(state=CLAIMED).where(still).execute():
            raise NotFound
        outbox.again(subject_id, link.source)
        audit.record("subjects.claimed", subject=subject_id, source=link.source, kind=proof.kind)


def source_of(subject_id: int, link_id: int) -> Source:
    """Return the system of a row that waits for its proof; NotFound for anybody else's."""
    return registry.active().get(_mine(subject_id, link_id).source)


def _mine(subject_id: int, link_id: int) -> Link:
    found = next((link for link in service.waiting_rows(subject_id) if link.id == link_id), None)
    if found is None:
        raise NotFound
    return found


def _claim(link: Link, proven: set[tuple[str, str]]) -> Claim:
    source = registry.active().get(link.source)
    about = source.manifest.subject
    try:
        row = row_of(source, _key(link))
    except SourceUnavailable:
        return Claim(link.id, source.id, source.title, "", None, (), silent=True)
    name = mask_name(str(row.get(about.name) or "")) if about.name else ""
    ways = tuple(way for way in _ways(source, row) if (way.kind, way.value) not in proven)
    return Claim(link.id, source.id, source.title, name, _day(row.get(about.since)), ways)


def _ways(source: Source, row: Row) -> Iterator[Way]:
    for match in source.manifest.subject.match:
        found = normal(match, row.get(match.column)) if match.kind in TYPED else None
        if found:
            yield Way(found.kind, mask(found.kind, found.value), found.value)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _key(link: Link) -> Key:
    return tuple(json.loads(link.key))
