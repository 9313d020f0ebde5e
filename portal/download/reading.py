"""Reading one system: one snapshot of it, every row laid down in files, and the first rows drawn on a page.

The snapshot is closed before anything is packed or stored, so another system's read transaction lasts no longer than
the reading of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from portal.config import Site
from portal.download import masks, names, redaction
from portal.download.about import of_table
from portal.download.choice import Choice, time_column
from portal.download.drawing import pages, shown
from portal.download.pack import Part
from portal.download.sheets import Sheet, spool
from portal.kernel.problems import N_
from portal.sources.base import Batch, Person, Row, Snapshot, Source
from portal.sources.manifest import Table
from portal.web.words import Words

REDACTED = N_("Left out because they are about other people: %(count)s records. Ask %(support)s.")
SHOWN = 500  # rows of a table on the page; a phone does not open a page with all of a hundred thousand
_SECTIONS = "<!-- the tables -->"  # where they go on the page
Tick = Callable[[int], None]
Record = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One table as the page shows it: `records` are its first rows, each a list of column titles and texts.

    `whole`: it has no date, so it is there whole although some days only were asked for; `note` says what is masked.
    """

    id: str
    path: str
    title: str
    about: str
    rows: int
    records: list[Record]
    whole: bool
    note: str


@dataclass(frozen=True)
class Collected:
    """All that was asked for of one system, in files that wait to be packed; `whole` are tables without a date."""

    source: Source
    stem: str
    as_of: datetime
    sheets: dict[str, Sheet]
    page: tuple[Part, ...]
    whole: list[Table]
    redacted: dict[str, int] = field(default_factory=dict)  # records left out, by table

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(sheet.rows for sheet in self.sheets.values())


def read(
    source: Source,
    person: Person,
    stem: str,
    site: Site,
    words: Words,
    keep: ExitStack,
    tick: Tick,
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> Collected:
    """Read what is asked for of a system; `tick` is told how many rows there are so far, `keep` holds the files open.

    Raises SourceUnavailable, also where a table gave more or fewer rows than the system said there are.
    """
    with source.snapshot(person) as snapshot:
        reading = _Reading(source, snapshot, stem, site, words, keep, tick, choice)
        page = reading.page()
        return Collected(source, stem, snapshot.as_of, reading.sheets, page, reading.whole, reading.redacted)


class _Reading:
    """A snapshot while its rows pass by."""

    def __init__(
        self,
        source: Source,
        snapshot: Snapshot,
        stem: str,
        site: Site,
        words: Words,
        keep: ExitStack,
        tick: Tick,
        choice: Choice,
    ) -> None:
        self.source, self.snapshot, self.site, self.words = source, snapshot, site, words
        self.keep, self.tick, self.choice, self.masks = keep, tick, choice, choice.masks(site.profile)
        self.sheets: dict[str, Sheet] = {}
        self.whole: list[Table] = []
        self.redacted: dict[str, int] = {}
        self._found: frozenset[str] = frozenset()  # marks of records that were left out
        self._rows = 0
        self._paths = {name: f"data/{stem}/{file}" for name, file in names.plain(source.manifest.tables).items()}

    def page(self) -> tuple[Part, ...]:
        """Draw the page; drawing a table is what reads it, so that no table is read twice or held."""
        sections, section = spool(self.keep), pages(self.words).get_template("download/archive/section.html")
        tables = self.choice.tables_of(self.source)
        for table in tables:
            for piece in section.generate(section=self._section(table)):
                sections.write(piece.encode())
        before, _, after = self._frame(tables).partition(_SECTIONS)
        return before.encode(), sections, after.encode()

    def _frame(self, tables: list[Table]) -> str:
        """Draw what stands around the tables, now that their rows are counted."""
        language = self.words.language
        return (
            pages(self.words)
            .get_template("download/archive/source.html")
            .render(
                site=self.site,
                language=language,
                heading=self.source.title.in_(language),
                as_of=self.snapshot.as_of,
                choice=self.choice,
                tables=[(table.title.in_(language), self.sheets[table.name].rows) for table in tables],
                left_out=[table.title.in_(language) for table in self.choice.left_out(self.source)],
                kept_back=[table.title.in_(language) for table in self.choice.kept_back(self.source)],
                sections=Markup(_SECTIONS),  # noqa: S704 - a constant
            )
        )

    def _section(self, table: Table) -> Section:
        dated = time_column(self.source.manifest, table, self.snapshot.kinds(table.name))
        hidden = masks.masked(table) if self.masks else {}
        sheet = self.sheets[table.name] = self._sheet(table, hidden, dated)
        records = self._laid_down(table, sheet, hidden, dated)
        self._are_all_left_out(table)
        whole = self.choice.is_dated and not dated
        self.whole += [table] if whole else []
        columns = self.words.listed(self._title(table, name) for name in hidden)
        note = self.words.say(masks.NOTE, columns=columns, support=self.site.support_email) if hidden else ""
        if count := self.redacted.get(table.name):
            note = f"{note} {self.words.say(REDACTED, count=count, support=self.site.support_email)}".strip()
        title, told = table.title.in_(self.words.language), of_table(self.site, table, self.words)
        return Section(f"t{len(self.sheets)}", sheet.path, title, told, sheet.rows, records, whole, note)

    def _laid_down(self, table: Table, sheet: Sheet, hidden: dict[str, str], dated: str) -> list[Record]:
        """Put every row of a table that is asked for into its files, and return the first ones for the page."""
        records: list[Record] = []
        given, said = 0, self.snapshot.counts[table.name]
        for batch in self.snapshot.batches(table.name):
            given += len(batch.rows)
            mine = masks.hide(self._asked_for(table, batch, dated), hidden)
            records += [self._record(table, mine.names, row) for row in mine.rows[: SHOWN - len(records)]]
            sheet.add(mine)
            self._rows += len(mine.rows)
            self.tick(self._rows)
        if given != said:
            raise self.source.unavailable(f"{table.name}: {said} rows were said and {given} given")
        return records

    def _are_all_left_out(self, table: Table) -> None:
        """Refuse to hand out a table in which a record without a key has changed since staff looked at it."""
        missing = self.choice.withheld_records(self.source.id, table.name) - self._found
        if missing and not table.key:
            raise self.source.unavailable(f"{table.name}: {len(missing)} records that are left out were not found")

    def _asked_for(self, table: Table, batch: Batch, dated: str) -> Batch:
        """Return the rows of the days that are asked for, less those that staff leave out."""
        rows = batch.rows
        if withheld := self.choice.withheld_records(self.source.id, table.name):
            rows = [
                row for row in rows if not self._leaves_out(table, dict(zip(batch.names, row, strict=True)), withheld)
            ]
        if self.choice.is_dated and dated in batch.names:
            place = batch.names.index(dated)
            rows = [row for row in rows if self.choice.covers(row[place], self.words.zone)]
        return Batch(batch.names, rows)

    def _leaves_out(self, table: Table, row: Row, withheld: frozenset[str]) -> bool:
        """Tell whether staff leave a record out, and count it."""
        found = withheld.intersection(redaction.marks(self.source.id, table, row))
        if found:
            self.redacted[table.name] = self.redacted.get(table.name, 0) + 1
            self._found |= found
        return bool(found)

    def _record(self, table: Table, names: tuple[str, ...], row: tuple[Any, ...]) -> Record:
        return [(self._title(table, name), shown(value, self.words)) for name, value in zip(names, row, strict=True)]

    def _sheet(self, table: Table, hidden: dict[str, str], dated: str) -> Sheet:
        kinds, types = self.snapshot.kinds(table.name), self.snapshot.types(table.name)
        head = {
            "source": self.source.id,
            "table": table.name,
            "title": table.title.in_(self.words.language),
            "as_of": self.snapshot.as_of.isoformat(),
        }
        if self.choice.is_dated and dated:
            head["dated_by"] = dated
        exported = [name for name, column in table.columns.items() if column.export]
        sure = self.snapshot.counts[table.name] and not self.choice.is_dated  # then a row will name the columns
        columns = () if sure else dict.fromkeys([*exported, *kinds])

        def about(name: str) -> dict[str, str | bool]:
            if name in hidden:
                return {"title": self._title(table, name), "kind": "", "masked": True}
            known = {"type": types[name]} if name in types else {}
            return {"title": self._title(table, name), "kind": kinds.get(name, ""), **known}

        return Sheet(self._paths[table.name], head, columns, about, self.keep)

    def _title(self, table: Table, column: str) -> str:
        return table.column_title(column).in_(self.words.language)
