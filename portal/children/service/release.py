"""What a verified parent may be shown of a child's data: only what an admin has chosen, and some of it never.

Where the child is or was, with which devices, who else was there and how the child is reached is never shown from here
(RULES K2): a parent who is not allowed near a child could be the one who asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from portal.children.models import Ruling
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.sources import registry
from portal.sources.base import Page, Source
from portal.sources.manifest import Table
from portal.subjects import service as subjects

SHOWN_FOR = timedelta(days=14)
ROWS = 50  # of one category

audit.declare("children.shown_to_parent", "case")


@dataclass(frozen=True)
class Category:
    """One table that can be chosen; `place` is "source.table"."""

    source: Source
    table: Table

    @property
    def place(self) -> str:
        """Return what names it in a decision."""
        return f"{self.source.id}.{self.table.name}"


def offered() -> list[Category]:
    """Return what an admin can choose: what the child gave us of itself, never what tells where, how or with whom."""
    return [
        Category(source, table)
        for source in registry.active().connected()
        for table in source.manifest.tables.values()
        if may_be_shown(source, table)
    ]


def may_be_shown(source: Source, table: Table) -> bool:
    """Tell whether a category could be shown: of the child alone, given by the child, and no places."""
    manifest = source.manifest
    place = manifest.location.points if manifest.location else ""
    beside = table.link is not None and table.link.table != manifest.subject.table  # reached through other rows
    return table.origin == "you" and table.name != place and not beside and not table.affects


def is_open(ruling: Ruling) -> bool:
    """Tell whether what was released can still be looked at."""
    return ruling.state == "in force" and clock.now() <= ruling.at + SHOWN_FOR


def shown(ruling: Ruling) -> Iterator[tuple[Category, Page]]:
    """Yield what two of the staff released, read now; the look is logged. Raises SourceUnavailable."""
    with atomic():
        audit.record("children.shown_to_parent", subject=ruling.subject, actor="parent", case=ruling.case.reference)
    chosen = set(ruling.terms.get("tables", ()))
    for category in offered():
        if category.place in chosen:
            person = subjects.person(ruling.subject, category.source.id)
            if person.keys:
                page = category.source.page(person, category.table.name, limit=ROWS)
                yield category, _narrowed(category.table, page)


def _narrowed(table: Table, page: Page) -> Page:
    """Return rows without what tells how the child is reached, and without any number or place."""
    rows = tuple({name: value for name, value in row.items() if _is_shown(table, name)} for row in page.rows)
    return Page(rows, None, page.kinds)


def _is_shown(table: Table, name: str) -> bool:
    column = table.columns.get(name)
    return column is not None and column.export and not column.identifies and not column.sensitive
