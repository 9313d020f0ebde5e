"""Places as the systems keep them: counted by week, listed page by page. Every look is live, and nothing is kept.

`silent` are systems that did not answer, `closed` those that keep places and let nobody look or delete from here.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from cryptography.exceptions import InvalidTag

from portal.kernel import crypto
from portal.kernel.problems import NotFound, SourceUnavailable
from portal.location.service import calendar, keeping, phones
from portal.sources import asking, registry
from portal.sources.base import Key, Person, Source
from portal.sources.history import After, History, Point, Reported, Span, Tally
from portal.sources.manifest import Text
from portal.subjects import service as subjects

PAGE = 50
PATIENCE = 10.0  # seconds that a page waits for the systems
Told = TypeVar("Told")


@dataclass(frozen=True)
class Phone:
    """What an app last reported of the phone's own switch."""

    app: Text
    reported: Reported


@dataclass(frozen=True)
class Overview:
    """All systems together; `older` says, by choice of keeping, how many places it would delete."""

    count: int
    first: datetime | None
    weeks: Sequence[tuple[date, int]]
    older: dict[str, int]
    phones: list[Phone]
    silent: list[Text]
    closed: list[Text]


@dataclass(frozen=True)
class Place:
    """One place of the list; `token` names it and nobody else can make it."""

    app: Text
    point: Point
    token: str


@dataclass(frozen=True)
class Listed:
    """One page of the list; `after` leads to the next one, "" on the last."""

    places: list[Place]
    after: str
    silent: list[Text]
    closed: list[Text]


def keepers() -> list[tuple[Source, History]]:
    """Return the systems that keep places."""
    return [(source, history) for source in registry.active().connected() if (history := source.history)]


def closed(subject_id: int) -> list[Text]:
    """Return the systems that know the person and keep places, but cannot be asked about them."""
    links, connected = subjects.links(subject_id), registry.active().connected()
    return [
        source.title
        for source in connected
        if source.history is None and source.manifest.locates and source.id in links
    ]


def overview(subject_id: int) -> Overview:
    """Count live, one pass a system; systems that do not answer are named."""
    mondays, months = calendar.weeks(), keeping.months()
    spans = [*map(calendar.week, mondays), *map(calendar.older_than, months.values()), Span()]
    told, silent = _ask(subject_id, lambda history, person: (history.tally(person, spans), history.reported(person)))
    tallies = [tally for _, (tally, _) in told]
    sums = [sum(tally.spans[place] for tally in tallies) for place in range(len(spans))]
    return Overview(
        count=sums[-1],
        first=min((tally.first for tally in tallies if tally.first), default=None),
        weeks=list(zip(mondays, sums, strict=False)),
        older={name: 0 for name in keeping.states()} | dict(zip(months, sums[len(mondays) : -1], strict=True)),
        phones=[
            Phone(source.title, reported)
            for source, reported in phones.newest(subject_id, {source: said for source, (_, said) in told})
        ],
        silent=silent,
        closed=closed(subject_id),
    )


def count(subject_id: int, span: Span) -> tuple[int, list[Text]]:
    """Return how many places lie in a span now, and the systems that did not answer."""
    told, silent = _ask(subject_id, lambda history, person: history.tally(person, [span]))
    return sum(_first(tally) for _, tally in told), silent


def listed(subject_id: int, after: str = "") -> Listed:
    """Return the next page, the newest first; raises NotFound for a place in the list that is not this person's."""
    behind = _opened(subject_id, after) if after else None
    told, silent = _ask_each(
        subject_id, lambda source, history, person: history.page(person, _after(source.id, behind), PAGE + 1)
    )
    found = [(source, point) for source, points in told for point in points]
    # Newest first; at one moment by system, each in its own order, as _after continues it.
    found.sort(key=lambda one: one[0].id)
    found.sort(key=lambda one: one[1].at, reverse=True)
    places = [Place(source.title, point, sealed(subject_id, source.id, point)) for source, point in found[:PAGE]]
    return Listed(places, places[-1].token if len(found) > PAGE else "", silent, closed(subject_id))


def sealed(subject_id: int, source_id: str, point: Point) -> str:
    """Return a token that names a point: an address must not tell where or when somebody was (RULES A6)."""
    text = json.dumps([source_id, point.at.isoformat(), point.mark, point.key])
    return urlsafe_b64encode(crypto.encrypt(text, _context(subject_id))).decode().rstrip("=")


def named(subject_id: int, token: str) -> tuple[str, Key]:
    """Return system and key of a point; raises NotFound."""
    source_id, after = _opened(subject_id, token)
    return source_id, after.key


def moment_of(subject_id: int, token: str) -> datetime:
    """Return the moment of a point; raises NotFound."""
    return _opened(subject_id, token)[1].at


def _opened(subject_id: int, token: str) -> tuple[str, After]:
    try:
        text = crypto.decrypt(urlsafe_b64decode(token + "=" * (-len(token) % 4)), _context(subject_id))
    except (ValueError, KeyError, InvalidTag) as error:
        raise NotFound from error
    source_id, at, mark, key = json.loads(text)
    return source_id, After(datetime.fromisoformat(at), mark, tuple(key))


def _after(source_id: str, behind: tuple[str, After] | None) -> After | None:
    """Return where a system's part of the list goes on; at one moment the systems come in the order of their ids."""
    if behind is None or behind[0] == source_id:
        return behind[1] if behind else None
    return After(behind[1].at, included=source_id > behind[0])


def _context(subject_id: int) -> str:
    return f"place of {subject_id}"


def _first(tally: Tally) -> int:
    return tally.spans[0]


def _ask(subject_id: int, question: Callable[[History, Person], Told]) -> tuple[list[tuple[Source, Told]], list[Text]]:
    return _ask_each(subject_id, lambda _, history, person: question(history, person))


def _ask_each(
    subject_id: int, question: Callable[[Source, History, Person], Told]
) -> tuple[list[tuple[Source, Told]], list[Text]]:
    """Ask each system that knows the person, all at once; return answers, and the names of those that are silent."""
    told, silent, links = [], [], subjects.links(subject_id)
    asked = {
        source: asking.begin(source, partial(question, source, history, Person(tuple(links[source.id]))))
        for source, history in keepers()
        if source.id in links
    }
    asking.wait(asked.values(), PATIENCE)
    for source, answer in asked.items():
        try:
            told.append((source, answer.result(0)))
        except (SourceUnavailable, TimeoutError):
            silent.append(source.title)
    return told, silent
