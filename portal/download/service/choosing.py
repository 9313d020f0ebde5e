"""What may be chosen for a copy: every system and its categories, counted live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date

from portal.download.choice import Choice
from portal.kernel.counts import AtLeast
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Person, Source
from portal.sources.manifest import Table
from portal.subjects import service as subjects

_PATIENCE = 2.5  # seconds that the page waits for counts; who is slower is offered without

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Offer:
    """One system with its categories; `counts` is None where it did not answer in time."""

    source: Source
    counts: Counts | None

    @property
    def tables(self) -> list[Table]:
        """Return its categories."""
        return list(self.source.manifest.tables.values())

    @property
    def rows(self) -> int:
        """Return how many records it holds, 0 where it did not say."""
        return sum((self.counts or {}).values())

    @property
    def is_counted(self) -> bool:
        """Tell whether all of them were counted to the end."""
        return not isinstance(self.rows, AtLeast)


@dataclass(frozen=True)
class Wish:
    """What somebody ticked: systems by their id, and categories as "system.table"."""

    systems: frozenset[str]
    tables: frozenset[str]


def offers(subject_id: int) -> list[Offer]:
    """Return every system with how much it holds of a person now. Systems are asked at once, ours by this thread."""
    unknown = subjects.waiting(subject_id)
    people = subjects.people(subject_id, [source.id for source in registry.active().all()])
    pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="counting")
    asked = {
        source.id: pool.submit(_counted, source, people[source.id])
        for source in registry.active().connected()
        if source.id not in unknown
    }
    own = _counted(registry.active().get(registry.OWN), people[registry.OWN])
    wait(asked.values(), _PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    counts = {source: _answer(answer) for source, answer in asked.items()} | {registry.OWN: own}
    return [Offer(source, counts.get(source.id)) for source in registry.active().all()]


def choice_of(wish: Wish, since: date | None = None, until: date | None = None, country: str = "") -> Choice:
    """Return the choice that ticks make: a category counts if it and its system are ticked. All of them is "all"."""
    offered = {source.id: list(source.manifest.tables) for source in registry.active().all()}
    chosen = {source: _ticked(wish, source, tables) for source, tables in offered.items()}
    whole = all(len(chosen[source]) == len(tables) for source, tables in offered.items())
    return Choice(
        None if whole else {source: names for source, names in chosen.items() if names}, since, until, country
    )


def _ticked(wish: Wish, source: str, tables: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in tables if source in wish.systems and f"{source}.{name}" in wish.tables)


def _counted(source: Source, person: Person) -> Counts | None:
    try:
        counts: Counter[str] = Counter()
        for line in source.glance(person).lines:
            counts[line.table] += line.rows
        return counts
    except SourceUnavailable:
        return None


def _answer(asked: Future[Counts | None]) -> Counts | None:
    return asked.result() if asked.done() and not asked.cancelled() else None
