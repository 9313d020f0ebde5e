"""Choices as they are made: appended to the ledger, projected to the standing, marked for every system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from portal.consents.models import append, held, store
from portal.consents.service.names import UnknownChoice, named, purpose, reserved_states, takers, touched
from portal.consents.service.projection import REQUEST, is_outvoted, project_own
from portal.consents.service.spreading import told
from portal.hooks import service as hooks
from portal.kernel import audit, clock, outbox
from portal.kernel.db import atomic, moment, written

audit.declare("consents.chosen", "choice", "purpose", "state")


class Made(NamedTuple):
    """A choice as somebody makes it: `wording` is what they read, `source` the one system it is for, "" for all."""

    purpose: str
    state: str
    wording: str
    source: str = ""

    @property
    def name(self) -> str:
        """Return what the ledger calls it."""
        return named(self.purpose, self.source)


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
        if one.state not in purpose(one.purpose).states or (one.source and not takers(one.name)):
            raise UnknownChoice(purpose=one.purpose)
    terms = {"notice": notice, "notice_version": notice_version, "language": language, "actor": actor}
    return _write(subject_id, made, {**terms, "channel": channel})


def say_no(
    subject_id: int, states: Mapping[str, str], *, case: str, wording: str, language: str, actor: str, channel: str
) -> dict[str, int]:
    """Append what a request has come to, by reserved name: a restriction, an objection, a hold; see `record_all`.

    `case` is the request's reference. Raises UnknownChoice, and then nothing is recorded.
    """
    for name, state in states.items():
        if state not in reserved_states(name):
            raise UnknownChoice(purpose=name)
    terms = {"notice": REQUEST, "notice_version": case, "language": language, "actor": actor, "channel": channel}
    return _write(subject_id, [Made(name, state, wording) for name, state in states.items()], terms)


def answer(
    subject_id: int,
    states: Mapping[str, str],
    *,
    notice: str,
    notice_version: str,
    wording: str,
    language: str,
    actor: str = "person",
    channel: str = "portal",
) -> dict[str, int]:
    """Append what somebody said to a version of a policy, and what that stops or lets go on; see `record_all`.

    `wording` is what they read when they said it. Raises UnknownChoice, and then nothing is recorded.
    """
    for name, state in states.items():
        if state not in reserved_states(name):
            raise UnknownChoice(purpose=name)
    terms = {"notice": notice, "notice_version": notice_version, "language": language, "actor": actor}
    return _write(
        subject_id, [Made(name, state, wording) for name, state in states.items()], {**terms, "channel": channel}
    )


def _write(subject_id: int, made: Sequence[Made], terms: Mapping[str, str]) -> dict[str, int]:
    """Append, project and mark. All is dated when it has its turn, but for a yes that waited while a no was recorded.

    That one is dated when it was begun, so whoever reads the ledger knows that it does not count (`project_own`).
    """
    begun, actor = clock.now(), terms["actor"]
    case = [terms["notice_version"]] if terms["notice"] == REQUEST else []
    with atomic():
        choices = held(subject_id)
        now = clock.now()
        events = [
            _event(subject_id, one, begun if is_outvoted(choices, one.name, one.state, begun) else now, terms)
            for one in made
        ]
        numbers = append(events)
        counting = [event for event in events if _project(choices, event, numbers[event["purpose"]], case)]
        store(subject_id, choices, max(numbers.values()))
        outbox.mark(subject_id, newest_by_system(numbers))
        if hooks.is_listened_to():
            hooks.changed(subject_id, told(counting, numbers))
        said = [{"choice": numbers[one.name], "purpose": one.name, "state": one.state} for one in made]
        audit.record_each("consents.chosen", said, subject=subject_id, actor=actor)
    return numbers


def _project(choices: dict[str, Any], event: Mapping[str, Any], number: int, case: Sequence[str]) -> bool:
    choice = [event["state"], number, moment(event["at"]).isoformat(), *case]
    return project_own(choices, event["purpose"], choice)


def _event(subject_id: int, one: Made, at: datetime, terms: Mapping[str, str]) -> dict[str, Any]:
    said = {"record": str(uuid4()), "purpose": one.name, "state": one.state, "wording": one.wording}
    return {**said, "subject_id": subject_id, **terms, "at": written(at)}


def newest_by_system(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return, by system, the newest of these events that it has to take."""
    newest: dict[str, int] = {}
    for name, number in numbers.items():
        for source in touched(name):
            newest[source.id] = max(number, newest.get(source.id, 0))
    return newest
