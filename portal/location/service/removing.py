"""Deleting places that a person asked to be gone: a row that workers carry out, system by system, in chunks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.kernel import audit, clock, failpoints
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, SourceUnavailable
from portal.kernel.work import Claim
from portal.location.models import Removal, RemovalPart
from portal.location.service.history import keepers, named
from portal.sources import registry
from portal.sources.base import Person
from portal.sources.history import History, Span
from portal.subjects import holds
from portal.subjects import service as subjects

CHUNK = 5000  # places deleted in one transaction of a system

audit.declare("location.removal_asked", "removal", "kind")
audit.declare("location.removed", "removal", "source", "places")


def remove(subject_id: int, span: Span) -> int:
    """Ask for the places of a span to go, in every system that keeps places; return the errand's number."""
    return _ask(subject_id, "span", since=span.since, until=span.until)


def remove_all(subject_id: int) -> int:
    """Ask for all places up to now to go, never to be taken in again; return the errand's number."""
    return _ask(subject_id, "all", until=clock.now())


def remove_one(subject_id: int, token: str) -> int:
    """Ask for one place to go; return the errand's number. Raises NotFound for a token that is not this person's."""
    source_id, key = named(subject_id, token)
    return _ask(subject_id, "one", source_id, key=list(key))


def load(subject_id: int, number: int) -> Removal:
    """Return a person's own errand; NotFound for anybody else's."""
    found: Removal | None = Removal.get_or_none(Removal.id == number, Removal.subject == subject_id)
    if found is None:
        raise NotFound
    return found


def under_way(subject_id: int) -> list[Removal]:
    """Return the errands that are not done yet, the newest first."""
    mine = (Removal.subject == subject_id) & Removal.done_at.is_null()
    return list(Removal.select().where(mine).order_by(Removal.id.desc()))


def parts(removal: Removal) -> list[RemovalPart]:
    """Return how far each system is."""
    return list(RemovalPart.select().where(RemovalPart.removal == removal).order_by(RemovalPart.id))


def taken_from(subject_id: int) -> datetime | None:
    """Return the moment from which places may be taken in: whoever deleted all wants nothing from before (RULES L1)."""
    found = (
        Removal.select(Removal.until)
        .where(Removal.subject == subject_id, Removal.kind == "all")
        .order_by(Removal.until.desc())
        .first()
    )
    return found.until if found else None


def _ask(subject_id: int, kind: str, only: str = "", **what: Any) -> int:
    for source, _ in keepers():
        place = source.manifest.location
        if only in ("", source.id) and place and holds.keeps(subject_id, source, place.points):
            raise holds.Held
    with atomic():
        removal = Removal.create(subject=subject_id, kind=kind, **what)
        for source, _ in keepers():
            if only in ("", source.id):
                RemovalPart.create(removal=removal, source=source.id, title=str(source.title))
        audit.record("location.removal_asked", subject=subject_id, removal=removal.id, kind=kind)
    return int(removal.id)


def carry_out(claim: Claim[Removal]) -> None:
    """Delete in every system; one that does not answer waits, the others go on. Raises SourceUnavailable for it."""
    silent: SourceUnavailable | None = None
    for part in parts(claim.row):
        try:
            if part.done_at is None:
                _carry_out(claim, part)
        except SourceUnavailable as problem:
            silent = silent or problem
    if silent:
        raise silent
    claim.done(done_at=clock.now())


def _carry_out(claim: Claim[Removal], part: RemovalPart) -> None:
    """Count, delete until nothing is left, then say so: whatever dies in between, the next one finds less to do."""
    subject_id, source = claim.row.subject_id, registry.active().get(part.source)
    person = subjects.person(subject_id, source.id)
    if not person.keys and source.id in subjects.waiting(subject_id):
        raise source.unavailable("it has not yet been asked about this person")
    if source.history is not None and person.keys:
        if part.found is None:
            _set(claim, part, found=_count(claim.row, source.history, person))
        _delete(claim, source.history, person, source.id)
    with claim.step():
        RemovalPart.update(done_at=clock.now()).where(RemovalPart.id == part.id).execute()
        told = {"removal": claim.row.id, "source": source.id, "places": part.found or 0}
        audit.record("location.removed", subject=subject_id, actor="worker", **told)


def _count(removal: Removal, history: History, person: Person) -> int:
    return 1 if removal.key else history.tally(person, [_span(removal)]).spans[0]


def _delete(claim: Claim[Removal], history: History, person: Person, source_id: str) -> None:
    if claim.row.key:
        history.delete_one(person, tuple(claim.row.key))
        failpoints.point(f"location: place gone from {source_id}")
        return
    while history.delete(person, _span(claim.row), CHUNK):
        failpoints.point(f"location: places gone from {source_id}")
        claim.beat()


def _span(removal: Removal) -> Span:
    return Span(removal.since, removal.until)


def _set(claim: Claim[Removal], part: RemovalPart, **changes: Any) -> None:
    with claim.step():
        RemovalPart.update(**changes).where(RemovalPart.id == part.id).execute()
    for name, value in changes.items():
        setattr(part, name, value)
