"""What every connected system can be asked, whatever it is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from portal.kernel.problems import SourceUnavailable
from portal.sources.base.correcting import DETAILS, Change, Held, Outcome, as_text
from portal.sources.base.erased import Erased, Mention, Proof, Rehearsed
from portal.sources.base.findings import Finding, Shape
from portal.sources.base.person import Identifier, Key, Person, Setting, Young
from portal.sources.base.preview import Preview
from portal.sources.base.snapshot import Page, Snapshot, counted_out
from portal.sources.manifest import Manifest, Text

if TYPE_CHECKING:
    from portal.sources.history import History


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
                changed = as_text(row.get(table.changed)) if table.changed else None
                found += [
                    Held(table.name, one.name, of_row, as_text(row[one.name]), changed) for one in table.correctable
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

    def states(self, choice: str) -> tuple[str, ...]:
        """Return the states that a choice of the manifest has values for; none where any word can be stored."""
        return tuple(self.manifest.preferences[choice].values)

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
