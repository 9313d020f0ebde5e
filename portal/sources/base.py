"""What every connected system can be asked, whatever it is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Literal

from portal.kernel.problems import SourceUnavailable
from portal.sources import values
from portal.sources.manifest import Action, Manifest, Table, Text
from portal.sources.manifest.model import BlockKind, Way

if TYPE_CHECKING:
    from portal.sources.history import History

Key = tuple[str | int, ...]
Row = dict[str, Any]
Level = Literal["error", "warning"]
TOGETHER = 500  # rows that are handed on at once, at most
Shape = Mapping[str, Mapping[str, str]]  # by table, what each part of a schema is, in words


@dataclass(frozen=True)
class Identifier:
    """A proven address or number of a person: e-mail casefolded and stripped, phone as E.164."""

    kind: str  # email, phone or external_id
    value: str


NAME = "name"  # the kind of a trace that is a name, or whatever else the manifest says identifies somebody


@dataclass(frozen=True)
class Person:
    """What a system needs to reach all rows of somebody: keys of their subject rows there, and identifiers.

    `traces` is what was read there before the erasure (see `Source.traced`): sought in free text, never used to reach
    rows, for nobody has proven that it is theirs alone.
    """

    keys: tuple[Key, ...]
    identifiers: tuple[Identifier, ...] = ()
    traces: tuple[Identifier, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the identifiers of one kind."""
        return tuple(identifier.value for identifier in self.identifiers if identifier.kind == kind)


@dataclass(frozen=True)
class Line:
    """What a deletion would do to the rows of one table and controller, counted live."""

    table: str
    title: Text
    rows: int
    action: Action
    controller: str
    reason: Text | None = None
    until: date | None = None  # the last day on which one of the kept rows is kept


@dataclass(frozen=True)
class Blocker:
    """Something that stops a deletion, warns of it, or is lost by it. Facts hold dates and moments in ISO form.

    `money` says of which currency (ISO code) a fact is a sum; `way_out` and `url` how and where it can be settled.
    """

    kind: BlockKind
    table: str
    say: Text
    facts: Mapping[str, str | int] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    way_out: Text | None = None
    url: str = ""


@dataclass(frozen=True)
class Affected:
    """Other people whom a deletion touches, counted in facts as `people`: they are told, or somebody takes over."""

    table: str
    say: Text
    facts: Mapping[str, str | int]
    then: Way
    money: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Preview:
    """What a deletion would do, and what stands in its way."""

    lines: tuple[Line, ...]
    blockers: tuple[Blocker, ...]
    as_of: datetime
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True)
class Erased:
    """Rows deleted or changed by table; not `done` means that the system wants to be asked again."""

    done: bool
    rows: Mapping[str, int] = field(default_factory=dict)


Why = Literal["open", "kept", "others"]
# How far the proof of an erasure goes: rows read again and every text looked through, the system's own counts alone, or
# the word of whoever looked by hand.
Proof = Literal["texts", "counts", "hand"]


@dataclass(frozen=True)
class Mention:
    """How many rows still hold an address or number of somebody in one text column after they were erased, and why.

    "open": nothing explains it; "kept": the manifest or a legal hold keeps them; "others": they are rows of other
    people, who wrote it there or have the same address.
    """

    table: str
    column: str
    rows: int
    why: Why


@dataclass(frozen=True)
class Statement:
    """One statement of an erasure, with signs where values go; `rows` it touched (None: it was refused), `seconds`."""

    text: str
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class Rehearsed:
    """An erasure that was rolled back: its statements, the rows it would have left by table, or why it was refused."""

    statements: tuple[Statement, ...]
    remaining: Mapping[str, int]
    refused: str = ""


Outcome = Literal["written", "differs"]


@dataclass(frozen=True)
class Held:
    """One value that can be corrected: the row by its key, and the value as text, None where there is none.

    `changed`: when its row was last changed, as the system says it; None where it does not.
    """

    table: str
    column: str
    key: Key
    value: str | None
    changed: str | None = None


@dataclass(frozen=True)
class Change:
    """A value that is to become another, if it is still the old one."""

    table: str
    column: str
    key: Key
    old: str | None
    new: str


@dataclass(frozen=True)
class Finding:
    """Where manifest and system disagree, for operators; an error means that an export or erasure would fail."""

    level: Level
    table: str
    column: str
    say: str

    def __str__(self) -> str:
        place = ".".join(filter(None, (self.table, self.column)))
        return ": ".join(filter(None, (self.level, place, self.say)))


@dataclass(frozen=True)
class Batch:
    """Some rows of one table, each a tuple in the order of `names`."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Snapshot(ABC):
    """Everything about a person as of one moment. Rows stream, so memory does not grow with them."""

    as_of: datetime
    counts: Mapping[str, int]  # every table of the manifest, zero rows stated

    @abstractmethod
    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table's rows in a stable order, as many as `counts` says, one table after another."""

    def batches(self, table: str) -> Iterator[Batch]:
        """Yield the same rows in the same order, the first ones soon and then many at a time, all of like columns."""
        size = 1
        for names, rows in groupby(self.rows(table), key=tuple):
            while some := list(islice(rows, size)):
                yield Batch(names, [tuple(row.values()) for row in some])
                size = min(2 * size, TOGETHER)

    def types(self, table: str) -> Mapping[str, str]:
        """Return the type of each column as the system itself calls it, where it has such a thing."""
        return {}

    def kinds(self, table: str) -> Mapping[str, str]:
        """Return what `values.decode` needs, by column, to make a written value again what it was."""
        return {}


@dataclass(frozen=True)
class Page:
    """Some of a person's rows of one table, the newest first. `after` asks for those that follow; None at the end."""

    rows: tuple[Row, ...]
    after: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)  # as `Snapshot.kinds`


def counted_out(snapshot: Snapshot, table: Table, after: str, limit: int) -> Page:
    """Return a page of a snapshot by counting through it, for systems that cannot begin in the middle."""
    start, all_ = int(after or 0), snapshot.counts[table.name]
    first = start if table.newest_first else max(0, all_ - start - limit)
    last = start + limit if table.newest_first else all_ - start
    rows = list(islice(snapshot.rows(table.name), first, last))
    rows = rows if table.newest_first else rows[::-1]
    return Page(tuple(rows), str(start + limit) if start + limit < all_ else None, snapshot.kinds(table.name))


@dataclass(frozen=True)
class Young:
    """Somebody whose date of birth in a system is after a day, with the identifiers on their row."""

    key: Key
    born: date
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True)
class Setting:
    """What a system has stored of somebody's choices: who, by key or by an address, and a state word by preference."""

    who: Key | Identifier
    stored: Mapping[str, str]


DETAILS = 20  # rows of one table of which somebody corrects values


def _text(value: Any) -> str | None:
    return None if value is None else values.text(value)


class Source(ABC):
    """A connected system. Methods open what they need and close it; a source may be used by several threads.

    Each raises SourceUnavailable: `permanent` when asking again will not help before somebody mends something.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    @property
    def id(self) -> str:
        """The short name that links, outbox and archives know it by."""
        return self.manifest.id

    @property
    def title(self) -> Text:
        """The name that people read."""
        return self.manifest.title

    @property
    def history(self) -> History | None:
        """Where the person was, for a system that keeps it and lets it be looked at."""
        return None

    @abstractmethod
    def find(self, identifier: Identifier) -> list[Key]:
        """Return the key of every person the identifier belongs to; more than one is legal."""

    @abstractmethod
    def preview(self, person: Person) -> Preview:
        """Count live, per table and controller, and look for what stands in the way."""

    def glance(self, person: Person) -> Preview:
        """Return the same for a page that somebody waits for: very many rows may be counted as `AtLeast` so many."""
        return self.preview(person)

    @abstractmethod
    def snapshot(self, person: Person) -> AbstractContextManager[Snapshot]:
        """Open one consistent view of all that is held."""

    def page(self, person: Person, table: str, after: str = "", limit: int = 50) -> Page:
        """Return rows of one table, the newest first, going on where the page before said `after`.

        This way reads all that is held; a system that can begin in the middle does.
        """
        with self.snapshot(person) as snapshot:
            return counted_out(snapshot, self.manifest.tables[table], after, limit)

    @abstractmethod
    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        """Write choices (name to state word) where the manifest says; names it does not know are passed over."""

    @abstractmethod
    def stored(self, person: Person) -> dict[str, str]:
        """Return the state word that each preference has now; `mixed` where a person's rows differ."""

    def settings(self) -> Iterator[Setting]:
        """Yield what is stored of everybody's choices, streamed; a person comes once for each table with some.

        Raises SourceUnavailable, permanently where the system cannot be asked that.
        """
        raise self.unavailable("it cannot be asked what it has stored of everybody", permanent=True)

    def stored_by(self, people: Mapping[int, Person]) -> dict[int, dict[str, str]]:
        """Return `stored` of many at once, by whatever number the caller gives each; this way asks for one by one."""
        return {number: self.stored(person) for number, person in people.items()}

    def details(self, person: Person) -> list[Held]:
        """Return every value of a person that the manifest lets be corrected; this way reads pages of its tables."""
        found: list[Held] = []
        for table in self.manifest.tables.values():
            key = table.key or (self.manifest.subject.key if table.name == self.manifest.subject.table else ())
            for row in self.page(person, table.name, limit=DETAILS).rows if table.correctable and key else ():
                of_row = tuple(row[part] for part in key)
                changed = _text(row.get(table.changed)) if table.changed else None
                found += [
                    Held(table.name, one.name, of_row, _text(row[one.name]), changed) for one in table.correctable
                ]
        return found

    def correct(self, person: Person, change: Change, request_id: str) -> Outcome:
        """Write a value if the old one still stands there; "written" too where the new one does. Harmless to repeat.

        `request_id` is the same for each repetition.
        """
        raise self.unavailable("it cannot correct anything", permanent=True)

    def traced(self, person: Person) -> Person:
        """Return the person with all that they are known by here, read while it is still there; see `Person.traces`.

        A system that cannot be read like that adds nothing.
        """
        return person

    @abstractmethod
    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        """Erase as the manifest says, all or nothing. Repeating it is harmless and finds nothing.

        With `tables` only those: name each together with what `goes_with` it, or rows are left that nobody reaches.
        """

    @abstractmethod
    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        """Read again and return, by table, the rows that should be gone or changed and are not; {} is the proof."""

    def sweep(self, person: Person, tables: Collection[str] | None = None) -> list[Mention]:
        """Look for a person's addresses and numbers, as `traced` knew them, in every text of the tables that went.

        It reads these tables whole. Where `proof` is not "texts" nothing is looked through, and nothing found.
        """
        return []

    @property
    def proof(self) -> Proof:
        """Return how far it can be proven here that nothing is left."""
        return "counts"

    def goes_with(self, table: str) -> tuple[str, ...]:
        """Return the tables that go too when one table goes: they are reached through it, or its rows hold theirs."""
        return self.manifest.below(table)

    @property
    def divisible(self) -> bool:
        """Tell whether single tables can be erased here."""
        return True

    @abstractmethod
    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        """Yield every person the system knows, streamed."""

    def young(self, since: date, limit: int, offset: int = 0) -> list[Young]:
        """Return whom a system knows to be born after a day, the youngest first; none where it cannot be asked that.

        The manifest says where dates of birth are (`subject.born`).
        """
        return []

    @property
    def ages(self) -> bool:
        """Tell whether `overdue` and `expire` reach what is kept here; elsewhere whoever runs the system deletes it."""
        return False

    def overdue(self, table: str, today: date) -> Generator[Person, None, None]:
        """Yield whose kept rows of a table have come to their date, each person alone; nobody where it cannot tell.

        Close it before anything is written.
        """
        yield from ()

    def expire(self, table: str, people: Sequence[Person], today: date) -> int:
        """Delete the rows of these people that have come to their date; return how many. Harmless to repeat."""
        return 0

    @abstractmethod
    def check(self) -> list[Finding]:
        """Compare the manifest with the live system."""

    def shape(self) -> Shape:
        """Return the live schema in words, to be compared with what it was; {} where there is none."""
        return {}

    def rehearse(self, person: Person) -> Rehearsed | None:
        """Erase in a transaction that is rolled back, so that nothing is changed; None where there is no such thing."""
        return None

    def compact(self) -> None:  # noqa: B027 - most systems need nothing
        """Make deleted values unreadable in the system's files where the engine needs telling."""

    def close(self) -> None:  # noqa: B027 - most systems hold nothing
        """Let go of what is held open."""

    def unavailable(self, detail: str, permanent: bool = False) -> SourceUnavailable:
        """Make the refusal that names this system; `detail` is technical and holds no personal data."""
        return SourceUnavailable(source=str(self.title), detail=detail, permanent=permanent)
