"""What each system holds in the fields that can be corrected, asked now and laid side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from portal import config
from portal.details import formats
from portal.kernel.problems import NotFound, SourceUnavailable
from portal.sources import asking, registry
from portal.sources.base import Held, Source
from portal.sources.manifest import Column, Text
from portal.subjects import holdings
from portal.subjects import service as subjects

SOON, PATIENCE = 1.5, 5.0  # seconds: what the page waits for a system, and what is shown by itself or asks for a value
REVIEW, PROOF, SELF = "review", "proof", "self"


@dataclass(frozen=True)
class Place:
    """One value in one system."""

    source: Source
    held: Held

    @property
    def column(self) -> Column:
        """Return what the manifest says of its column."""
        return self.source.manifest.tables[self.held.table].columns[self.held.column]

    @property
    def name(self) -> str:
        """Return table and column."""
        return f"{self.held.table}.{self.held.column}"


@dataclass(frozen=True)
class Detail:
    """The same thing in every system that holds it; `silent` are those that hold it and did not answer."""

    name: str
    title: Text
    kind: str
    sensitive: str
    way: str
    places: tuple[Place, ...]
    silent: tuple[Source, ...] = ()

    @property
    def differs(self) -> bool:
        """Tell whether the systems do not agree."""
        return len(self.values) > 1

    @property
    def values(self) -> tuple[str, ...]:
        """Return what the systems have, each once however it is spelled; what is empty counts nowhere."""
        there = (place.held.value for place in self.places)
        found: dict[str, str] = {}
        for value in filter(None, there):
            found.setdefault(self.spelled(value), unicodedata.normalize("NFC", value).strip())
        return tuple(found.values())

    def spelled(self, value: str) -> str:
        """Return a value as it would be stored, and as it is where it has not the form of its kind."""
        try:
            return formats.canonical(self.kind, value)
        except formats.WrongFormat:
            return unicodedata.normalize("NFC", value).strip()


@dataclass(frozen=True)
class Found:
    """All details of a person, and the systems that did not answer; `late` are those that may yet."""

    details: tuple[Detail, ...]
    silent: tuple[Source, ...]
    late: tuple[Source, ...] = ()


def everything(subject_id: int, patience: float = PATIENCE) -> Found:
    """Ask every system that knows the person and lets something be corrected, all at once: one call to each."""
    sources = [source for source in registry.active().connected() if _columns(source)]
    people = subjects.people(subject_id, [source.id for source in sources])
    known = [source for source in sources if people[source.id].keys]
    asked = {source: asking.begin(source, partial(source.details, people[source.id])) for source in known}
    asking.wait(asked.values(), patience)
    answered: dict[Source, list[Held]] = {}
    for source, answer in asked.items():
        try:
            if answer.done():
                answered[source] = answer.result()
        except SourceUnavailable:
            continue
    silent = tuple(source for source in known if source not in answered)
    late = tuple(source for source in silent if not asked[source].done())
    return Found(tuple(_details(answered, silent)), silent, late)


def one(subject_id: int, name: str) -> Detail:
    """Return one detail; NotFound where no system that answers or is silent holds such a thing of this person."""
    for detail in everything(subject_id).details:
        if detail.name == name:
            return detail
    raise NotFound


def _way(columns: list[Column]) -> str:
    """Return how a detail is corrected: the strictest way of any system, and a review where no code can be sent."""
    ways = {column.correct for column in columns}
    if PROOF in ways and any(column.kind == "phone" for column in columns) and not config.active().sms_url:
        return REVIEW
    return next(way for way in (REVIEW, PROOF, SELF) if way in ways)


def note_look(subject_id: int, details: Iterable[Detail]) -> None:
    """Log that masked values were shown, once for each table that they are in (RULES S2)."""
    shown = [(place.source.id, place.held.table) for detail in details for place in detail.places if detail.sensitive]
    for source, table in dict.fromkeys(shown):
        holdings.note_look(subject_id, source, table)


def _columns(source: Source) -> dict[str, Column]:
    """Return, by detail, the first column of a system that holds it."""
    found: dict[str, Column] = {}
    for table in source.manifest.tables.values():
        for column in table.correctable:
            found.setdefault(column.detail, column)
    return found


def _details(answered: Mapping[Source, list[Held]], silent: tuple[Source, ...]) -> list[Detail]:
    places: dict[str, list[Place]] = {}
    for source, held in answered.items():
        for value in held:
            place = Place(source, value)
            places.setdefault(place.column.detail, []).append(place)
    return [_detail(name, found, silent) for name, found in places.items()]


def _detail(name: str, places: list[Place], silent: tuple[Source, ...]) -> Detail:
    """Make one of many; what is looked at first in one system is looked at first everywhere."""
    columns = [place.column for place in places]
    waiting = tuple(source for source in silent if name in _columns(source))
    columns += [_columns(source)[name] for source in waiting]
    return Detail(
        name=name,
        title=columns[0].title,
        kind=columns[0].kind,
        sensitive=next((column.sensitive for column in columns if column.sensitive), ""),
        way=_way(columns),
        places=tuple(places),
        silent=waiting,
    )
