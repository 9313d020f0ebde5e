"""The first connection: what a system has of somebody comes in as it is there, and nothing is written back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog

from portal import config
from portal.consents.service.importing import Record, take_in
from portal.consents.service.names import RESTRICTION
from portal.consents.service.weighing import SYSTEM
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Person, Source
from portal.subjects import service as subjects
from portal.subjects.models.connecting import mark_read, unread, unread_of

log = structlog.get_logger()
MIXED = "mixed"  # what a system says of rows that differ
PORTION = 200  # people whom a system is asked about at once
_TOGETHER = 20  # of them whose ledgers are written in one transaction


def first_connection() -> int:
    """Take in what systems have of everybody who was found there and not read yet; return how many people that were.

    Portion by portion, each recorded with what it brought, so whoever goes on begins where another died. A system that
    does not answer is asked again by the next call.
    """
    return sum(_read_all(source) for source in registry.active().connected() if source.manifest.preferences)


def read_first(subject_id: int, source: Source, person: Person) -> None:
    """Do so for one person in one system, before anything is written there; raises SourceUnavailable."""
    if unread_of(subject_id, source.id):
        _take({subject_id: source.stored(person)}, source)


def _read_all(source: Source) -> int:
    count = 0
    try:
        while found := unread(source.id, PORTION):
            stored = list(source.stored_by(subjects.many(found, source.id)).items())
            for begin in range(0, len(stored), _TOGETHER):
                _take(dict(stored[begin : begin + _TOGETHER]), source)
            count += len(stored)
    except SourceUnavailable as problem:
        log.warning("system unavailable", work="first connection", source=problem.facts.get("source"))
    return count


def _take(stored: Mapping[int, Mapping[str, str]], source: Source) -> None:
    with atomic():
        for subject, states in stored.items():
            if records := list(_records(states, source)):
                take_in(subject, records)
        mark_read(stored, source.id, clock.now())


def _records(states: Mapping[str, str], source: Source) -> Iterable[Record]:
    """Yield what can be said in this site's words; rows of one person that differ say no."""
    for name, state in states.items():
        known = config.site().purposes.get(name)
        if known and name != RESTRICTION and state:
            said = state if state in known.states else known.states[0] if state == MIXED else ""
            if said:
                yield Record(name, said, source.id, SYSTEM)
