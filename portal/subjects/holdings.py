"""What each system holds of a person, counted now; and the rows themselves, page by page (RULES X1, X3)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from functools import partial

from cryptography.exceptions import InvalidTag

from portal.kernel import audit, crypto
from portal.kernel.counts import AtLeast
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, SourceUnavailable
from portal.sources import asking, registry
from portal.sources.base import Line, Page, Preview, Source
from portal.sources.manifest import Table, Text
from portal.subjects import service as subjects

ROWS = 50  # on a page
SOON, PATIENCE = 1.5, 10.0  # seconds: what a page of all waits for a system, and what one of that system alone does
COUNTING = 0.7  # the part of the latter that is waited for rows to be counted to the end

audit.declare("data.shown", "source", "table")


@dataclass(frozen=True)
class Held:
    """The rows of one table: how many, whose they are (ids of controllers), what a deletion does with them."""

    table: Table
    rows: int
    controllers: tuple[str, ...]
    reason: Text | None
    until: date | None

    @property
    def years(self) -> int:
        """Return how long a kept row is kept, 0 where it is not said."""
        return self.table.keep.until.years if self.table.keep and self.table.keep.until else 0


@dataclass(frozen=True)
class System:
    """One system: `answered`, `late` (no answer yet) or `silent`; `held` are the tables with rows in them.

    `looking`: it was not yet asked about every address. `shared`: several people share the person's address there.
    """

    source: Source
    state: str
    held: tuple[Held, ...]
    empty: tuple[Table, ...]
    looking: bool
    shared: bool

    @property
    def is_counted(self) -> bool:
        """Tell whether all its rows were counted to the end."""
        return not any(isinstance(held.rows, AtLeast) for held in self.held)


def everywhere(subject_id: int) -> list[System]:
    """Ask every system at once; what has not answered soon is `late` and may be asked by itself.

    Very many rows are counted as `AtLeast` so many, so that a page of all of them comes soon.
    """
    waiting, shared = subjects.waiting(subject_id), subjects.unclaimed(subject_id)
    sources = registry.active().all()
    people = subjects.people(subject_id, [source.id for source in sources])
    asked = {source: asking.begin(source, partial(source.glance, people[source.id])) for source in sources}
    asking.wait(asked.values(), SOON)
    return [_system(source, answer, source.id in waiting, source.id in shared) for source, answer in asked.items()]


def somewhere(subject_id: int, source_id: str) -> System:
    """Ask one system, with more patience; one that still says nothing is `silent`. Raises NotFound.

    Its rows are counted to the end if that can be waited for.
    """
    source, person = registry.active().get(source_id), subjects.person(subject_id, source_id)
    answer = asking.begin(source, partial(source.preview, person))
    asking.wait([answer], COUNTING * PATIENCE)
    if not answer.done():
        answer = asking.begin(source, partial(source.glance, person))
        asking.wait([answer], (1 - COUNTING) * PATIENCE)
    waiting, shared = subjects.waiting(subject_id), subjects.unclaimed(subject_id)
    return _system(source, answer, source_id in waiting, source_id in shared, late="silent")


def _system(source: Source, answer: Future[Preview], looking: bool, shared: bool, late: str = "late") -> System:
    if not answer.done():
        return System(source, late, (), (), looking, shared)
    try:
        lines = answer.result().lines
    except SourceUnavailable:
        return System(source, "silent", (), (), looking, shared)
    held = [_held(table, [line for line in lines if line.table == name]) for name, table in _tables(source)]
    empty = tuple(one.table for one in held if not one.rows)
    return System(source, "answered", tuple(one for one in held if one.rows), empty, looking, shared)


def _tables(source: Source) -> list[tuple[str, Table]]:
    return list(source.manifest.tables.items())


def _held(table: Table, lines: list[Line]) -> Held:
    full = [line for line in lines if line.rows]
    return Held(
        table=table,
        rows=sum(line.rows for line in full),
        controllers=tuple(dict.fromkeys(line.controller for line in full)),
        reason=table.keep.reason if table.keep else None,
        until=max((line.until for line in full if line.until), default=None),
    )


def rows(subject_id: int, source_id: str, table: str, after: str = "") -> Page:
    """Return a page of a person's own rows, its `after` sealed for this person and table.

    Raises NotFound where nothing of them is held, so that nobody can tell it from a table that does not exist, and
    SourceUnavailable.
    """
    source, context = registry.active().get(source_id), f"data:{subject_id}:{source_id}:{table}"
    person = subjects.person(subject_id, source_id)
    if table not in source.manifest.tables or not (person.keys or person.identifiers):
        raise NotFound
    page = asking.within(source, partial(source.page, person, table, _opened(after, context), ROWS), PATIENCE)
    if not page.rows:
        raise NotFound
    return Page(page.rows, _sealed(page.after, context), page.kinds)


def note_look(subject_id: int, source_id: str, table: str) -> None:
    """Log that masked values were shown (RULES S2)."""
    with atomic():
        audit.record("data.shown", subject=subject_id, source=source_id, table=table)


# Where a page ended may be an address or a name, and addresses of pages are logged: so it is sealed (RULES A6).
def _sealed(after: str | None, context: str) -> str | None:
    return None if after is None else urlsafe_b64encode(crypto.encrypt(after, context)).decode().rstrip("=")


def _opened(sealed: str, context: str) -> str:
    try:
        return crypto.decrypt(urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)), context) if sealed else ""
    except (InvalidTag, KeyError, ValueError) as error:
        raise NotFound from error
