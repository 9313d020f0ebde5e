"""How far choices have come in the systems that take them, and how they are carried there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from portal.consents.models import Reach, reach_of, reached
from portal.consents.service import suspending
from portal.consents.service.connecting import read_first
from portal.consents.service.names import named, parted, purpose, takers, touched
from portal.consents.service.projection import Choice, Reader, standing
from portal.hooks import service as hooks
from portal.kernel import audit, clock, failpoints, outbox
from portal.kernel.db import atomic
from portal.kernel.outbox import Delivery
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.manifest import Text
from portal.subjects import service as subjects
from portal.subjects.models.session import STANDS

audit.declare("consents.passed_on", "choice", "source")


class Passed(NamedTuple):
    """How far a choice has come in one system; `trying`: it did not answer so far, and is asked again."""

    source: str
    title: Text
    asked_at: datetime | None
    confirmed_at: datetime | None
    trying: bool
    state: str = ""  # what was chosen for this system
    own: bool = False  # it was chosen for this system alone
    again_at: datetime | None = None  # it was found to say otherwise, and was asked again


def deliveries(subject_id: int, purpose_id: str) -> list[Passed]:
    """Return how far a person's choice has come, system by system; raises UnknownChoice."""
    known = purpose(purpose_id).id
    return passed(subject_id, standing(subject_id), [known])[known]


def passed(
    subject_id: int, choices: Mapping[str, Choice], purposes: Iterable[str] | None = None
) -> dict[str, list[Passed]]:
    """Return, by purpose, how far a standing's choices have come in the systems that they concern, with one query.

    Without `purposes`, of all that the standing has.

    A choice concerns a system that takes it and holds something about the person, or has yet to say whether it does.
    """
    return _in_systems(reach_of(subject_id), choices, purposes)


def present_passed(reader: Reader, choices: Mapping[str, Choice], purposes: Iterable[str]) -> dict[str, list[Passed]]:
    """Return the same for whoever a page is for, with no query where it came with the session."""
    came_along = reader.memo.get("reach")
    far = reach_of(reader.subject_id) if came_along is None else _reached(came_along)
    return _in_systems(far, choices, purposes)


@lru_cache(maxsize=STANDS)
def _reached(stored: str) -> Mapping[str, Reach]:
    """Return the reach that a text tells of, which comes with each request until a system has taken more."""
    return reached(json.loads(stored))


def _in_systems(
    far: Mapping[str, Reach], choices: Mapping[str, Choice], purposes: Iterable[str] | None
) -> dict[str, list[Passed]]:
    names = choices if purposes is None else purposes
    return {name: list(_concerned(far, choices, name)) for name in names if not parted(name)[1]}


def _concerned(far: Mapping[str, Reach], choices: Mapping[str, Choice], name: str) -> Iterator[Passed]:
    for source in takers(name):
        if reach := far.get(source.id):
            own = choices.get(named(name, source.id))
            choice = own or choices[name]
            if reach.linked or _trying(reach, choice):
                yield _passed(source, choice, reach, own=own is not None)


def unconfirmed(subject_id: int, choices: Mapping[str, Choice]) -> list[Source]:
    """Return the systems that hold something about a person and have yet to take one of these, with one query."""
    far = reach_of(subject_id)
    behind = {
        source.id: source
        for name, choice in choices.items()
        for source in touched(name)
        if (reach := far.get(source.id)) and reach.linked and choice.made and reach.confirmed < choice.event
    }
    return list(behind.values())


def patience(systems: Iterable[Passed]) -> int:
    """Return after how many seconds a page should look again; 0 when there is nothing to wait for."""
    waiting = [system.trying for system in systems if system.asked_at and not system.confirmed_at]
    return 0 if not waiting else 20 if all(waiting) else 2


def pass_on(claim: Claim[Delivery]) -> None:
    """Write a person's present choices into one system, then confirm the event that was the newest before.

    Written is what somebody chose, never a default: a system keeps its own setting until the person decides. What says
    no goes before; what it overrides comes back when it ends. A system that listens (`hooks`) has taken a choice once
    it has answered all that it was told up to then: until that the row is put aside. Raises SourceUnavailable when the
    system does not answer, or has not yet said whether it knows the person.
    """
    subject_id, wanted = claim.row.subject, claim.row.wanted
    source = registry.active().get(claim.row.source)
    person = subjects.person(subject_id, source.id)
    if person.keys:
        read_first(subject_id, source, person)
    wanted_there = suspending.Wanted(subject_id, source)
    if person.keys:
        wanted_there.put_aside(person)
        failpoints.point("consents: before prefer")
        source.prefer(person, wanted_there.states())
        failpoints.point("consents: after prefer")
    elif source.id in subjects.waiting(subject_id):
        raise source.unavailable("it has not yet been asked about this person")
    if outbox.wait_for(claim, lambda: hooks.is_unheard(subject_id, source.id, wanted)):
        return
    with atomic():
        outbox.confirm(claim, wanted, clock.now())
        wanted_there.forget()
        audit.record("consents.passed_on", subject=subject_id, actor="worker", choice=wanted, source=source.id)


def _trying(reach: Reach, choice: Choice) -> bool:
    return choice.made and reach.attempts > 0 and reach.confirmed < choice.event


def _passed(source: Source, choice: Choice, reach: Reach, own: bool) -> Passed:
    done = choice.made and reach.confirmed >= choice.event
    return Passed(
        source=source.id,
        title=source.title,
        asked_at=choice.at if choice.made else None,
        confirmed_at=reach.confirmed_at if done else None,
        trying=_trying(reach, choice),
        state=choice.state if choice.made else "",
        own=own,
        again_at=reach.again_at if choice.at and reach.again_at and reach.again_at > choice.at else None,
    )
