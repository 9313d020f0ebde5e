"""Choices: appended to the ledger, projected to the present standing, carried into every system that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from portal import config
from portal.config import Purpose
from portal.consents.models import ConsentEvent, Reach, Standing, choices_of, document, held, reach_of
from portal.kernel import audit, clock, failpoints, outbox
from portal.kernel.db import atomic
from portal.kernel.outbox import Delivery
from portal.kernel.problems import N_, Problem
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.manifest import Text
from portal.subjects import service as subjects

audit.declare("consents.chosen", "choice", "purpose", "state")
audit.declare("consents.passed_on", "choice", "source")


class UnknownChoice(Problem):
    """No such purpose, or a purpose that has no such state; facts: `purpose`."""

    status, code = 422, "unknown-choice"
    say = N_("There is no such choice.")
    then = N_("Open the page again and choose from what it shows.")


class Choice(NamedTuple):
    """The present state of a purpose. Without an event nobody has chosen yet, and the state is the default."""

    state: str
    event: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Passed:
    """How far a choice has come in one system; `trying`: it did not answer so far, and is asked again."""

    source: str
    title: Text
    asked_at: datetime | None
    confirmed_at: datetime | None
    trying: bool


class Reader(Protocol):
    """Whoever a page is drawn for; `memo` keeps what one request needs more than once."""

    @property
    def subject_id(self) -> int: ...
    @property
    def memo(self) -> dict[str, Any]: ...


def purpose(purpose_id: str) -> Purpose:
    """Return a purpose of this site; raises UnknownChoice."""
    known = config.site().purposes.get(purpose_id)
    if known is None:
        raise UnknownChoice(purpose=purpose_id)
    return known


def record(
    subject_id: int,
    purpose_id: str,
    state: str,
    *,
    notice_version: str,
    language: str,
    wording: str,
    notice: str = "privacy",
    actor: str = "person",
    channel: str = "portal",
) -> int:
    """Append a choice, make it the present one, and mark every system that takes it; return the event's number.

    All of it in one transaction; saying the same again is an event too (RULES C3). Raises UnknownChoice.
    """
    if state not in purpose(purpose_id).states:
        raise UnknownChoice(purpose=purpose_id)
    with atomic():
        choices = held(subject_id)
        event = ConsentEvent.create(
            subject=subject_id,
            purpose=purpose_id,
            state=state,
            notice=notice,
            notice_version=notice_version,
            language=language,
            wording=wording,
            actor=actor,
            channel=channel,
        )
        choices[purpose_id] = [state, event.id, event.at.isoformat()]
        Standing.update(choices=choices, event=event.id).where(Standing.subject == subject_id).execute()
        for source in _takers(purpose_id):
            outbox.mark(subject_id, source.id, event.id)
        audit.record(
            "consents.chosen", subject=subject_id, actor=actor, choice=event.id, purpose=purpose_id, state=state
        )
    return int(event.id)


def standing(subject_id: int) -> dict[str, Choice]:
    """Return the present state of every purpose of this site."""
    return _read(choices_of(subject_id))


def _read(stored: Mapping[str, Any]) -> dict[str, Choice]:
    return _filled(
        {name: Choice(state, event, datetime.fromisoformat(at)) for name, (state, event, at) in stored.items()}
    )


def present(reader: Reader) -> dict[str, Choice]:
    """Return the standing of whoever a page is for, read once a request: menu and page both need it."""
    if "standing" not in reader.memo:
        came_along = reader.memo.get("choices")  # with the session, in one statement
        reader.memo["standing"] = _read(document(came_along)) if came_along else standing(reader.subject_id)
    found: dict[str, Choice] = reader.memo["standing"]
    return found


def look_anew(reader: Reader) -> None:
    """Forget what a request knew of a person's choices before it changed them."""
    reader.memo.clear()


def replay(subject_id: int) -> dict[str, Choice]:
    """Return what the standing must be, read from the ledger alone."""
    events = ConsentEvent.select().where(ConsentEvent.subject == subject_id).order_by(ConsentEvent.id)
    return _filled({event.purpose: Choice(event.state, event.id, event.at) for event in events})


def may(subject_id: int, purpose_id: str, state: str) -> bool:
    """Tell whether a person permits a purpose as far as this state; raises UnknownChoice."""
    states = purpose(purpose_id).states
    return states.index(standing(subject_id)[purpose_id].state) >= states.index(state)


def deliveries(subject_id: int, purpose_id: str) -> list[Passed]:
    """Return how far a person's choice has come, system by system; raises UnknownChoice."""
    return passed(subject_id, {purpose(purpose_id).id: standing(subject_id)[purpose_id]})[purpose_id]


def passed(subject_id: int, choices: Mapping[str, Choice]) -> dict[str, list[Passed]]:
    """Return, by purpose, how far choices have come in the systems that they concern, with one query for all.

    A choice concerns a system that takes it and holds something about the person, or has yet to say whether it does.
    """
    reached = reach_of(subject_id)
    return {
        name: [
            _passed(source, choice, reach)
            for source in _takers(name)
            if (reach := reached.get(source.id)) and (reach.linked or _trying(reach, choice))
        ]
        for name, choice in choices.items()
    }


def patience(systems: Iterable[Passed]) -> int:
    """Return after how many seconds a page should look again; 0 when there is nothing to wait for."""
    waiting = [system.trying for system in systems if system.asked_at and not system.confirmed_at]
    return 0 if not waiting else 20 if all(waiting) else 2


def pass_on(claim: Claim[Delivery]) -> None:
    """Write a person's present choices into one system, then confirm the event that was the newest before.

    Written is what somebody chose, never a default: a system keeps its own setting until the person decides. Raises
    SourceUnavailable when the system does not answer, or has not yet said whether it knows the person.
    """
    subject_id, wanted = claim.row.subject, claim.row.wanted
    source = registry.active().get(claim.row.source)
    person = subjects.person(subject_id, source.id)
    if person.keys:
        failpoints.point("consents: before prefer")
        source.prefer(person, {name: choice.state for name, choice in _chosen(subject_id, source).items()})
        failpoints.point("consents: after prefer")
    elif source.id in subjects.waiting(subject_id):
        raise source.unavailable("it has not yet been asked about this person")
    with atomic():
        outbox.confirm(claim, wanted, clock.now())
        audit.record("consents.passed_on", subject=subject_id, actor="worker", choice=wanted, source=source.id)


def _chosen(subject_id: int, source: Source) -> dict[str, Choice]:
    """Return what a person chose of that which a system takes; defaults are nobody's choice."""
    choices = standing(subject_id).items()
    return {name: choice for name, choice in choices if choice.event and name in source.manifest.preferences}


def _filled(choices: Mapping[str, Choice]) -> dict[str, Choice]:
    return {name: choices.get(name) or Choice(known.states[0]) for name, known in config.site().purposes.items()}


def _takers(purpose_id: str) -> list[Source]:
    return [source for source in registry.active().connected() if purpose_id in source.manifest.preferences]


def _trying(reach: Reach, choice: Choice) -> bool:
    return reach.attempts > 0 and reach.confirmed < choice.event


def _passed(source: Source, choice: Choice, reach: Reach) -> Passed:
    done = choice.event and reach.confirmed >= choice.event
    return Passed(
        source=source.id,
        title=source.title,
        asked_at=choice.at,
        confirmed_at=reach.confirmed_at if done else None,
        trying=_trying(reach, choice),
    )
