"""How long places are kept: a choice of the person, carried out every night; until then it can be undone."""

from __future__ import annotations

from collections.abc import Mapping

import peewee

from portal import config
from portal.config import Purpose
from portal.consents import service as consents
from portal.consents.service import Choice, UnknownChoice
from portal.kernel import audit, clock, failpoints
from portal.kernel.db import atomic, is_sqlite
from portal.kernel.problems import N_, NotNow, SourceUnavailable
from portal.kernel.work import Claim
from portal.location.models import Keeping
from portal.location.service import calendar
from portal.policies import service as policies
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import holds
from portal.subjects import service as subjects
from portal.subjects.models import Link

PURPOSE = "location.retention"
CHUNK = 5000  # places deleted in one transaction of a system

audit.declare("location.aged_out", "source", "places")


class TooLate(NotNow):
    """The night has come."""

    code = "too-late"
    say = N_("It is too late to undo this.")
    then = N_("The old places were deleted last night. You can choose anew how long places are kept.")


def purpose() -> Purpose | None:
    """Return what the site says about keeping; None where it does not ask."""
    return config.site().purposes.get(PURPOSE)


def states() -> tuple[str, ...]:
    """Return what can be chosen: numbers of months, and words for until deleted."""
    known = purpose()
    return known.states if known else ()


def months() -> dict[str, int]:
    """Return the choices that are a number of months."""
    return {state: int(state) for state in states() if state.isdecimal()}


def chosen(standing: Mapping[str, Choice]) -> str:
    """Return how long places are kept: what the person chose, else what the site does."""
    choice = standing.get(PURPOSE)
    return choice.state if choice and choice.event else config.site().location_keep


def of(subject_id: int) -> Keeping | None:
    """Return when a person's old places go next, and what an undo would bring back."""
    found: Keeping | None = Keeping.get_or_none(Keeping.subject == subject_id)
    return found


def keep(subject_id: int, state: str, language: str) -> None:
    """Record how long places are kept; older ones go in the coming night. Raises UnknownChoice."""
    if state not in states():
        raise UnknownChoice(purpose=PURPOSE)
    with atomic():
        before = chosen(consents.standing(subject_id))
        policies.choose(subject_id, PURPOSE, state, language)
        if before != state:
            _tonight(subject_id, before)


def undo(subject_id: int, language: str) -> None:
    """Bring back what was chosen before; raises TooLate once the night has come. Undoing twice is harmless."""
    row = of(subject_id)
    if row is None or row.before is None:
        return
    with atomic():
        mine = (Keeping.id == row.id) & (Keeping.due_at > clock.now()) & (Keeping.before == row.before)
        if not Keeping.update(before=None).where(mine).execute():
            raise TooLate
        policies.choose(subject_id, PURPOSE, row.before, language)


def _tonight(subject_id: int, before: str | None) -> None:
    changes = {"due_at": calendar.next_night(), "before": before, "attempts": 0}
    Keeping.insert(subject=subject_id, **changes).on_conflict(
        conflict_target=[Keeping.subject], update=changes
    ).execute()


def take_in_everybody() -> int:
    """See to it that the site's own time holds for everybody whom a system with places knows; return how many came."""
    keepers = [source.id for source in registry.active().connected() if source.history]
    known = Keeping.select(Keeping.subject)
    kind = "text" if is_sqlite() else "timestamptz"  # a bare value has no type in a SELECT
    night = peewee.Value(Keeping.due_at.db_value(calendar.next_night()), converter=False).cast(kind)
    new = Link.select(Link.subject, night, peewee.Value(0), peewee.Value(0)).distinct()
    new = new.where(Link.source << keepers, Link.state == "linked", Link.subject.not_in(known))
    with atomic():
        into = [Keeping.subject, Keeping.due_at, Keeping.fence, Keeping.attempts]
        return int(Keeping.insert_from(new, into).on_conflict_ignore().as_rowcount().execute())


def tidy(claim: Claim[Keeping]) -> None:
    """Delete what is too old, then wait for the next night; raises SourceUnavailable once all systems were asked."""
    subject_id, silent = claim.row.subject_id, None
    with claim.step(before=None):  # from here on there is nothing to undo
        limit = months().get(chosen(consents.standing(subject_id)))
    for source in registry.active().connected() if limit is not None else ():
        try:
            _tidy(claim, source, limit or 0)
        except SourceUnavailable as problem:
            silent = silent or problem
    if silent:
        raise silent
    claim.done(due_at=calendar.next_night())


def _tidy(claim: Claim[Keeping], source: Source, limit: int) -> None:
    person, span, gone = subjects.person(claim.row.subject_id, source.id), calendar.older_than(limit), 0
    place = source.manifest.location
    if source.history is None or not person.keys or place is None:
        return
    if holds.keeps(claim.row.subject_id, source, place.points):
        return
    while chunk := source.history.delete(person, span, CHUNK):
        failpoints.point(f"location: old places gone from {source.id}")
        gone += chunk
        claim.beat()
    if gone:
        with claim.step():
            audit.record(
                "location.aged_out", subject=claim.row.subject_id, actor="worker", source=source.id, places=gone
            )
