"""Choices: appended to the ledger, projected to the present standing, carried into every system that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

from portal import config
from portal.config import Purpose, Site
from portal.consents.models import ConsentEvent, Reach, append, choices_of, document, held, reach_of, store
from portal.kernel import audit, clock, failpoints, outbox
from portal.kernel.db import atomic, written
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


class Made(NamedTuple):
    """A choice as somebody makes it: `wording` is what they read, `source` the one system it is for, "" for all."""

    purpose: str
    state: str
    wording: str
    source: str = ""

    @property
    def name(self) -> str:
        """Return what the ledger calls it."""
        return _named(self.purpose, self.source)


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
    state: str = ""  # what was chosen for this system
    own: bool = False  # it was chosen for this system alone


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
    source_id: str = "",
    **terms: str,
) -> int:
    """Record one choice; see `record_all`. Return the event's number."""
    made = Made(purpose_id, state, wording, source_id)
    return record_all(subject_id, [made], notice_version=notice_version, language=language, **terms)[made.name]


def record_all(
    subject_id: int,
    made: Sequence[Made],
    *,
    notice_version: str,
    language: str,
    notice: str = "privacy",
    actor: str = "person",
    channel: str = "portal",
) -> dict[str, int]:
    """Append choices, make them the present ones, and mark every system that takes one; return their events' numbers.

    All of it in one transaction, so whoever may not send reads so from then on (RULES M1); saying the same again is an
    event too (RULES C3). What is for one system holds until the next choice for all: the newest always counts. Raises
    UnknownChoice, and then nothing is recorded.
    """
    for one in made:
        if one.state not in purpose(one.purpose).states or (one.source and not _takers(one.name)):
            raise UnknownChoice(purpose=one.purpose)
    at = clock.now()
    same = {"subject_id": subject_id, "notice": notice, "notice_version": notice_version, "language": language}
    same |= {"actor": actor, "channel": channel, "at": written(at)}
    events = [
        {"record": str(uuid4()), "purpose": one.name, "state": one.state, "wording": one.wording, **same}
        for one in made
    ]
    with atomic():
        choices = held(subject_id)
        numbers = append(events)
        for one in made:
            _project(choices, one.name, [one.state, numbers[one.name], at.isoformat()])
        store(subject_id, choices, max(numbers.values()))
        outbox.mark_each(subject_id, _newest(numbers))
        said = [{"choice": numbers[one.name], "purpose": one.name, "state": one.state} for one in made]
        audit.record_each("consents.chosen", said, subject=subject_id, actor=actor)
    return numbers


def _newest(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return, by system, the newest of these events that it has to take."""
    newest: dict[str, int] = {}
    for name, number in numbers.items():
        for source in _takers(name):
            newest[source.id] = max(number, newest.get(source.id, 0))
    return newest


def standing(subject_id: int) -> dict[str, Choice]:
    """Return the present state of every purpose of this site; what holds for one system alone is `purpose@system`."""
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
    choices: dict[str, Choice] = {}
    for event in events:
        _project(choices, event.purpose, Choice(event.state, event.id, event.at))
    return _filled(choices)


def may(subject_id: int, purpose_id: str, state: str, source_id: str = "") -> bool:
    """Tell whether a person permits a purpose as far as this state, in one system or in all; raises UnknownChoice."""
    states = purpose(purpose_id).states
    return states.index(in_force(standing(subject_id), purpose_id, source_id).state) >= states.index(state)


def in_force(choices: Mapping[str, Choice], purpose_id: str, source_id: str) -> Choice:
    """Return the choice that counts in one system: the one for it alone, else the one for all."""
    return choices.get(_named(purpose_id, source_id)) or choices[purpose_id]


def for_one(choices: Mapping[str, Choice], purpose_id: str) -> dict[str, Choice]:
    """Return, by system, the choices that hold for that one alone."""
    before = _named(purpose_id, " ").rstrip()
    return {name.removeprefix(before): choice for name, choice in choices.items() if name.startswith(before)}


def deliveries(subject_id: int, purpose_id: str) -> list[Passed]:
    """Return how far a person's choice has come, system by system; raises UnknownChoice."""
    known, choices = purpose(purpose_id).id, standing(subject_id)
    return passed(subject_id, {name: choice for name, choice in choices.items() if _parted(name)[0] == known})[known]


def passed(subject_id: int, choices: Mapping[str, Choice]) -> dict[str, list[Passed]]:
    """Return, by purpose, how far choices have come in the systems that they concern, with one query for all.

    A choice concerns a system that takes it and holds something about the person, or has yet to say whether it does.
    """
    reached = reach_of(subject_id)
    return {
        name: [
            _passed(source, choice, reach, own=_named(name, source.id) in choices)
            for source in _takers(name)
            if (reach := reached.get(source.id))
            and (choice := in_force(choices, name, source.id))
            and (reach.linked or _trying(reach, choice))
        ]
        for name in choices
        if not _parted(name)[1]
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
    choices = standing(subject_id)
    taken = {name: in_force(choices, name, source.id) for name in source.manifest.preferences if name in choices}
    return {name: choice for name, choice in taken.items() if choice.event}


def _named(purpose_id: str, source_id: str) -> str:
    return f"{purpose_id}@{source_id}" if source_id else purpose_id


def _parted(name: str) -> tuple[str, str]:
    purpose_id, _, source_id = name.partition("@")
    return purpose_id, source_id


def _project(choices: dict[str, Any], name: str, choice: Any) -> None:
    """Make a choice the present one; one for all systems ends those for one alone."""
    for other in [other for other in choices if other.startswith(f"{name}@")]:
        del choices[other]
    choices[name] = choice


def _filled(choices: Mapping[str, Choice]) -> dict[str, Choice]:
    defaults = _defaults(config.site())
    return {**defaults, **{name: choice for name, choice in choices.items() if _parted(name)[0] in defaults}}


@lru_cache(maxsize=4)
def _defaults(site: Site) -> dict[str, Choice]:
    return {name: Choice(known.states[0]) for name, known in site.purposes.items()}


def _takers(name: str) -> list[Source]:
    """Return the systems that take a choice: all that know its purpose, or the one that it is for."""
    purpose_id, source_id = _parted(name)
    connected = registry.active().connected()
    return [one for one in connected if purpose_id in one.manifest.preferences and source_id in ("", one.id)]


def _trying(reach: Reach, choice: Choice) -> bool:
    return reach.attempts > 0 and reach.confirmed < choice.event


def _passed(source: Source, choice: Choice, reach: Reach, own: bool) -> Passed:
    done = choice.event and reach.confirmed >= choice.event
    return Passed(
        source=source.id,
        title=source.title,
        asked_at=choice.at,
        confirmed_at=reach.confirmed_at if done else None,
        trying=_trying(reach, choice),
        state=choice.state if choice.event else "",
        own=own,
    )
