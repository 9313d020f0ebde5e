"""A system without a program: paper, cameras, a mailbox. Staff look for the person there, and say what they found.

Nobody is found in it beforehand, so nothing is promised: an erasure waits until every place was looked at, and a copy
holds what staff have answered until then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from portal.kernel import clock
from portal.kernel.db import database
from portal.sources import checklists
from portal.sources.base import (
    Erased,
    Finding,
    Identifier,
    Key,
    Line,
    Page,
    Person,
    Preview,
    Proof,
    Row,
    Snapshot,
    Source,
)
from portal.sources.models import ChecklistItem


class ManualSource(Source):
    """The places of a manifest with `url = "manual:"`, each table one of them."""

    def find(self, identifier: Identifier) -> list[Key]:
        return []

    def preview(self, person: Person) -> Preview:
        tables = self.manifest.tables.values()
        lines = (Line(table.name, table.title, 0, table.erase, self.manifest.controller) for table in tables)
        return Preview(tuple(lines), (), clock.now())

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        """Ask staff to look for the person, and give what they have answered so far."""
        with _connected():
            asked = {item.table for item in checklists.of(self.id, person, "copy")}
            missing = [name for name in self.manifest.tables if name not in asked]
            if person.identifiers:
                checklists.ask(self.id, missing, "copy", "", person)
            yield Answers(self.manifest.tables, checklists.of(self.id, person, "copy"))

    def page(self, person: Person, table: str, after: str = "", limit: int = 50) -> Page:
        """Show what was answered; looking at a page asks nobody."""
        with _connected():
            answers = Answers(self.manifest.tables, checklists.of(self.id, person, "copy"))
            return Page(tuple(answers.rows(table)))

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        """Write nothing: there is no program that would read it."""

    def stored(self, person: Person) -> dict[str, str]:
        return {}

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        """Ask staff, and be done when every place has an answer."""
        going = self._going(tables)
        if not person.identifiers:
            return Erased(True)
        with _connected():
            checklists.ask(self.id, going, "erasure", request_id, person)
            checklists.forget_copies(self.id, person, going)
            items = checklists.of(self.id, person, "erasure", request_id)
        done = [item for item in items if item.answered_at]
        return Erased(len(done) == len(items), {item.table: int(item.outcome == "done") for item in done})

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        """Return the places that were to be looked at for an erasure and were not."""
        going = self._going(tables)
        with _connected():
            items = checklists.of(self.id, person, "erasure")
        return {item.table: 1 for item in items if item.answered_at is None and item.table in going}

    @property
    def proof(self) -> Proof:
        return "hand"

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        yield from ()

    def check(self) -> list[Finding]:
        return []

    def _going(self, tables: Collection[str] | None) -> list[str]:
        return [
            name
            for name, table in self.manifest.tables.items()
            if table.erase != "keep" and (tables is None or name in tables)
        ]


class Answers(Snapshot):
    """The newest item of each table as a row: when it was asked for, when somebody looked, and what they found."""

    def __init__(self, tables: Collection[str], items: list[ChecklistItem]) -> None:
        self.as_of: datetime = clock.now()
        self._items = {item.table: item for item in items}
        self.counts = {name: int(name in self._items) for name in tables}

    def rows(self, table: str) -> Iterator[Row]:
        if item := self._items.get(table):
            found = {"done": True, "nothing": False}.get(item.outcome)
            yield {"asked_at": item.asked_at, "looked_at": item.answered_at, "found": found, "words": item.words}


@contextmanager
def _connected() -> Iterator[None]:
    """Use our own database, also in a thread that asks several systems at once and ends."""
    with database.connection_context() if database.is_closed() else _open():
        yield


@contextmanager
def _open() -> Iterator[None]:
    yield
