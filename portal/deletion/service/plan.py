"""What a deletion would do, asked live from every system."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from portal import config
from portal.deletion.service import holding
from portal.deletion.service.scope import ACCOUNT, Scope
from portal.kernel.counts import AtLeast
from portal.kernel.problems import SourceUnavailable
from portal.sources import asking, registry
from portal.sources.base import Affected, Blocker, Line, Person, Preview, Source
from portal.sources.manifest import Text
from portal.subjects import holds
from portal.subjects import service as subjects

Words = dict[str, str]  # language -> text
People = Mapping[Source, Person]
Answers = dict[Source, Preview | None]
_PATIENCE = 2.5  # seconds that a page waits for a system


@dataclass(frozen=True)
class Planned:
    """What becomes of the rows of one table; plain enough to be stored and shown years later.

    `action` is delete, anonymise or keep; `controllers` (ids) only where they are not the system's own; `until` is the
    last day (ISO) on which one of the kept rows is kept, `years` how long each is.
    """

    table: str
    title: Words
    rows: int
    action: str
    is_profile: bool
    controllers: list[str] = field(default_factory=list)
    reason: Words | None = None
    until: str | None = None
    years: int = 0

    def title_in(self, language: str) -> str:
        """Return the table's title."""
        return Text.of(self.title).in_(language)

    def reason_in(self, language: str) -> str:
        """Return why rows are kept, "" where none are."""
        return Text.of(self.reason).in_(language) if self.reason else ""

    @property
    def controller_titles(self) -> list[str]:
        """Return who decides about the rows, where that is not the system's own company."""
        return [config.site().controllers.get(controller, controller) for controller in self.controllers]

    @property
    def until_day(self) -> date | None:
        """Return the last day of keeping."""
        return date.fromisoformat(self.until) if self.until else None


@dataclass(frozen=True)
class System:
    """One system's answer: what it holds and what stands in the way."""

    id: str
    title: str
    lines: tuple[Planned, ...]
    blockers: tuple[Blocker, ...]
    as_of: datetime
    affected: tuple[Affected, ...] = ()

    @property
    def rows(self) -> int:
        """Return how many records it holds."""
        return sum(line.rows for line in self.lines)

    @property
    def going(self) -> int:
        """Return how many of them are deleted or lose their person."""
        return sum(line.rows for line in self.lines if line.action != "keep")


@dataclass(frozen=True)
class Outlook:
    """All systems' answers. `silent` are the titles of those that did not answer now, or never yet said who it is.

    `unclaimed` are the titles of those where several people share the person's address and nobody has claimed theirs.
    """

    systems: tuple[System, ...]
    silent: tuple[str, ...]
    unclaimed: tuple[str, ...]

    def holding(self) -> list[System]:
        """Return the connected systems that hold something."""
        return [system for system in self.systems if system.rows and system.id != registry.OWN]

    @property
    def is_counted(self) -> bool:
        """Tell whether all rows of connected systems were counted to the end."""
        return not any(isinstance(system.rows, AtLeast) for system in self.holding())

    def kept(self) -> list[Planned]:
        """Return what connected systems keep."""
        return [line for system in self.holding() for line in system.lines if line.action == "keep"]

    def going(self) -> int:
        """Return how many records of connected systems are deleted or lose their person."""
        return sum(system.going for system in self.holding())

    def staying(self) -> int:
        """Return how many records connected systems keep."""
        return sum(line.rows for line in self.kept())

    def companies(self) -> list[str]:
        """Return who decides about some of the records and is asked too."""
        lines = [line for system in self.holding() for line in system.lines]
        return sorted({title for line in lines for title in line.controller_titles})

    def own_rows(self) -> int:
        """Return how many records the portal itself holds."""
        return sum(system.rows for system in self.systems if system.id == registry.OWN)

    def affected(self) -> list[tuple[str, Affected]]:
        """Return the other people whom it touches, each with the place (system and table) that says so."""
        return [(f"{system.id}.{found.table}", found) for system in self.systems for found in system.affected]

    def blockers(self, kind: str) -> list[Blocker]:
        """Return what stops, warns or is lost."""
        return [blocker for system in self.systems for blocker in system.blockers if blocker.kind == kind]


def outlook(subject_id: int, scope: Scope = ACCOUNT) -> Outlook:
    """Ask every system of the scope now; one that does not answer is named, and never holds up the others.

    Raises SourceUnavailable where the scope is a category of a system that does not answer.
    """
    return _outlook(subject_id, scope, _previews)


def _outlook(subject_id: int, scope: Scope, ask_all: Callable[[People], Answers]) -> Outlook:
    waiting, shared = subjects.waiting(subject_id), subjects.unclaimed(subject_id)
    tables, sources = scope.tables(), scope.sources()
    people = subjects.people(subject_id, [source.id for source in sources])
    kept = holds.by_source(holds.of_subject(subject_id))
    told = ask_all({source: people[source.id] for source in sources})
    answers = {
        source: holding.respected(_system(source, preview), kept.get(source.id, [])) if preview else None
        for source, preview in told.items()
    }
    silent = (source for source, system in answers.items() if system is None or source.id in waiting)
    return Outlook(
        tuple(narrowed(system, tables) for system in answers.values() if system),
        tuple(str(source.title) for source in silent),
        tuple(str(source.title) for source in answers if source.id in shared),
    )


def glance(subject_id: int, scope: Scope = ACCOUNT) -> Outlook:
    """Return the same for a page: all systems at once, very many rows counted as `AtLeast`; who is late is silent."""
    return _outlook(subject_id, scope, _glances)


def ask(source: Source, person: Person) -> System:
    """Ask one system; raises SourceUnavailable."""
    return _system(source, source.preview(person))


def _system(source: Source, preview: Preview) -> System:
    lines: dict[str, Planned] = {}
    for line in preview.lines:
        if line.rows:
            new, old = _planned(source, line), lines.get(line.table)
            lines[line.table] = _together(old, new) if old else new
    return System(
        source.id, str(source.title), tuple(lines.values()), preview.blockers, preview.as_of, preview.affected
    )


def narrowed(system: System, tables: Collection[str] | None) -> System:
    """Return what a system said of some of its tables; of all where `tables` is None."""
    if tables is None:
        return system
    lines = tuple(line for line in system.lines if line.table in tables)
    blockers = tuple(found for found in system.blockers if found.table in tables)
    affected = tuple(found for found in system.affected if found.table in tables)
    return replace(system, lines=lines, blockers=blockers, affected=affected)


def _previews(people: People) -> Answers:
    return {source: _answer(partial(source.preview, person)) for source, person in people.items()}


def _glances(people: People) -> Answers:
    asked = {source: asking.begin(source, partial(source.glance, person)) for source, person in people.items()}
    asking.wait(asked.values(), _PATIENCE)
    return {source: _answer(answer.result) if answer.done() else None for source, answer in asked.items()}


def _answer(ask: Callable[[], Preview]) -> Preview | None:
    try:
        return ask()
    except SourceUnavailable:
        return None


def _planned(source: Source, line: Line) -> Planned:
    table = source.manifest.tables[line.table]
    foreign = line.controller not in ("", source.manifest.controller)
    return Planned(
        table=line.table,
        title=dict(line.title.words),
        rows=line.rows,
        action=line.action,
        is_profile=line.table == source.manifest.subject.table,
        controllers=[line.controller] if foreign else [],
        reason=dict(line.reason.words) if line.reason else None,
        until=line.until.isoformat() if line.until else None,
        years=table.keep.until.years if table.keep and table.keep.until else 0,
    )


def _together(one: Planned, other: Planned) -> Planned:
    """Join the lines of one table that differ in whose the rows are."""
    until = max(filter(None, (one.until, other.until)), default=None)
    return replace(one, rows=one.rows + other.rows, controllers=one.controllers + other.controllers, until=until)
