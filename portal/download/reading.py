"""Reading one system: one snapshot of it, every row laid down in files, and the first rows drawn on a page.

The snapshot is closed before anything is packed or stored, so another system's read transaction lasts no longer than
the reading of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import IO, Any

from jinja2 import Environment, FileSystemLoader

from portal.config import Site
from portal.download import names
from portal.download.about import of_table
from portal.download.sheets import Sheet, spool
from portal.kernel.problems import N_
from portal.sources import values
from portal.sources.base import Person, Snapshot, Source
from portal.sources.manifest import Table
from portal.web import templates
from portal.web.shipped import shipped
from portal.web.words import Words

SHOWN = 500  # rows of a table on the page; a phone does not open a page with all of a hundred thousand
_LONGEST = 2000  # characters of a value on the page
Tick = Callable[[int], None]
Record = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One table as the page shows it: `records` are its first rows, each a list of column titles and texts."""

    id: str
    path: str
    title: str
    about: str
    rows: int
    records: list[Record]


@dataclass(frozen=True)
class Collected:
    """All that one system holds of a person, in files that wait to be packed."""

    source: Source
    stem: str
    as_of: datetime
    sheets: dict[str, Sheet]
    page: IO[bytes]

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(sheet.rows for sheet in self.sheets.values())


def read(source: Source, person: Person, stem: str, site: Site, words: Words, keep: ExitStack, tick: Tick) -> Collected:
    """Read a system; `tick` is told how many rows there are so far, `keep` holds the files open.

    Raises SourceUnavailable, also where a table gave more or fewer rows than the system said there are.
    """
    with source.snapshot(person) as snapshot:
        reading = _Reading(source, snapshot, stem, site, words, keep, tick)
        return Collected(source, stem, snapshot.as_of, reading.sheets, reading.page())


class _Reading:
    """A snapshot while its rows pass by."""

    def __init__(
        self, source: Source, snapshot: Snapshot, stem: str, site: Site, words: Words, keep: ExitStack, tick: Tick
    ) -> None:
        self.source, self.snapshot, self.site, self.words = source, snapshot, site, words
        self.keep, self.tick = keep, tick
        self.sheets: dict[str, Sheet] = {}
        self._rows = 0
        self._paths = {name: f"data/{stem}/{file}" for name, file in names.plain(source.manifest.tables).items()}

    def page(self) -> IO[bytes]:
        """Draw the page; drawing a table is what reads it, so that no table is read twice or held."""
        page, language = spool(self.keep), self.words.language
        tables = self.source.manifest.tables.values()
        for piece in (
            pages(self.words)
            .get_template("download/archive/source.html")
            .generate(
                site=self.site,
                language=language,
                heading=self.source.title.in_(language),
                as_of=self.snapshot.as_of,
                tables=[(table.title.in_(language), self.snapshot.counts[table.name]) for table in tables],
                sections=map(self._section, tables),
            )
        ):
            page.write(piece.encode())
        return page

    def _section(self, table: Table) -> Section:
        sheet = self.sheets[table.name] = self._sheet(table)
        records, said = self._laid_down(table, sheet), self.snapshot.counts[table.name]
        if sheet.rows != said:
            raise self.source.unavailable(f"{table.name}: {said} rows were said and {sheet.rows} given")
        title = table.title.in_(self.words.language)
        told = of_table(self.site, table, self.words)
        return Section(f"t{len(self.sheets)}", sheet.path, title, told, sheet.rows, records)

    def _laid_down(self, table: Table, sheet: Sheet) -> list[Record]:
        """Put every row of a table into its files, and return the first ones for the page."""
        records: list[Record] = []
        for row in self.snapshot.rows(table.name):
            sheet.add(row)
            if sheet.rows <= SHOWN:
                records.append([(self._title(table, name), shown(value, self.words)) for name, value in row.items()])
            self._rows += 1
            self.tick(self._rows)
        return records

    def _sheet(self, table: Table) -> Sheet:
        kinds = self.snapshot.kinds(table.name)
        head = {
            "source": self.source.id,
            "table": table.name,
            "title": table.title.in_(self.words.language),
            "as_of": self.snapshot.as_of.isoformat(),
            "count": self.snapshot.counts[table.name],
        }
        exported = [name for name, column in table.columns.items() if column.export]
        columns = () if head["count"] else dict.fromkeys([*exported, *kinds])

        def about(name: str) -> dict[str, str]:
            return {"title": self._title(table, name), "kind": kinds.get(name, "")}

        return Sheet(self._paths[table.name], head, columns, about, self.keep)

    def _title(self, table: Table, column: str) -> str:
        return table.column_title(column).in_(self.words.language)


def shown(value: Any, words: Words) -> str:
    """Return a value as people read it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return words.say(N_("A file of %(size)s; it is in the JSON file."), size=words.size(len(value)))
    if isinstance(value, bool):
        return words.say(N_("Yes") if value else N_("No"))
    if isinstance(value, datetime) and value.tzinfo:
        return words.moment(value)
    if isinstance(value, datetime):  # in a zone that only the system knows
        return f"{words.day(value.date())}, {value:%H:%M}"
    if isinstance(value, date):
        return words.day(value)
    text = values.text(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


@cache
def pages(words: Words) -> Environment:
    """Return the templates in a language, for work without a request."""
    return templates.environment(words, FileSystemLoader(shipped("templates")))
