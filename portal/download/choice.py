"""What somebody asked a copy to hold: which tables, of which days, and by whose law (RULES X4, X5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from portal.download.redaction import Records
from portal.sources.base import Source
from portal.sources.manifest import Manifest, Table

CALIFORNIA = "us-ca"
_DATES = ("date", "datetime")


@dataclass(frozen=True)
class Choice:
    """The answer to "what goes in?"; the empty choice is everything, of all days, unmasked.

    `tables` are names of tables by system; None means all there are when the copy is made. `since` and `until` are the
    first and the last day. `country` is where the person lives, where they said so. `withheld` are tables, `records`
    the marks of single records, that staff leave out because they are about other people.
    """

    tables: Mapping[str, tuple[str, ...]] | None = None
    since: date | None = None
    until: date | None = None
    country: str = ""
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    records: Records = field(default_factory=dict)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Choice:
        """Return a choice as it was stored."""
        tables = written.get("tables")
        return cls(
            None if tables is None else {source: tuple(names) for source, names in tables.items()},
            _day(written.get("since")),
            _day(written.get("until")),
            written.get("country", ""),
            {source: tuple(names) for source, names in written.get("withheld", {}).items()},
            read_records(written.get("records", {})),
        )

    def written(self) -> dict[str, Any]:
        """Return it as JSON, without what was left open."""
        told = {
            "tables": None if self.tables is None else {source: list(names) for source, names in self.tables.items()},
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "country": self.country,
            "withheld": {source: list(names) for source, names in self.withheld.items()},
            "records": {
                source: {table: list(marks) for table, marks in tables.items()}
                for source, tables in self.records.items()
            },
        }
        return {name: value for name, value in told.items() if value or name == "tables" and value is not None}

    @property
    def is_dated(self) -> bool:
        """Tell whether some days only are asked for."""
        return self.since is not None or self.until is not None

    def tables_of(self, source: Source) -> list[Table]:
        """Return the tables of a system that are asked for, in the order of its manifest."""
        tables = source.manifest.tables.values()
        return [table for table in tables if self.asks(source.id, table.name)]

    def asks(self, source: str, table: str) -> bool:
        """Tell whether a table is asked for."""
        return not self.withholds(source, table) and self.wants(source, table)

    def wants(self, source: str, table: str) -> bool:
        """Tell whether somebody wanted a table, also one that is withheld."""
        return self.tables is None or table in self.tables.get(source, ())

    def withholds(self, source: str, table: str) -> bool:
        """Tell whether a table is left out although it is wanted, because it is about other people."""
        return table in self.withheld.get(source, ())

    def withheld_records(self, source: str, table: str) -> frozenset[str]:
        """Return the marks of the records of a table that are left out."""
        return frozenset(self.records.get(source, {}).get(table, ()))

    def left_out(self, source: Source) -> list[Table]:
        """Return the tables of a system that are not asked for."""
        tables = source.manifest.tables.values()
        return [table for table in tables if not self.wants(source.id, table.name)]

    def kept_back(self, source: Source) -> list[Table]:
        """Return the tables of a system that are wanted and withheld."""
        tables = source.manifest.tables.values()
        held = (table for table in tables if self.withholds(source.id, table.name))
        return [table for table in held if self.wants(source.id, table.name)]

    def covers(self, value: Any, zone: tzinfo) -> bool:
        """Tell whether a value of a table's time column falls on the days asked for; one that is no date does."""
        day = day_of(value, zone) if self.is_dated else None
        return day is None or ((self.since or day) <= day <= (self.until or day))

    def masks(self, profile: str) -> bool:
        """Tell whether account and identity numbers are masked; `profile` is the law of whoever did not say."""
        return (self.country or profile) == CALIFORNIA


def read_records(written: Mapping[str, Any]) -> Records:
    """Return the marks of single records as they were stored."""
    return {
        source: {table: tuple(marks) for table, marks in tables.items() if marks} for source, tables in written.items()
    }


def day_of(value: Any, zone: tzinfo) -> date | None:
    """Return the day of a value, in the site's zone where the value has one of its own; None for what is no date."""
    if isinstance(value, str):
        value = _moment(value)
    if isinstance(value, datetime):
        try:
            return (value.astimezone(zone) if value.tzinfo else value).date()
        except OverflowError:  # the first or last day of the calendar
            return value.date()
    return value if isinstance(value, date) else None


def time_column(manifest: Manifest, table: Table, kinds: Mapping[str, str]) -> str:
    """Return the column that dates a table's rows: the one it declares, else the first date it is ordered by."""
    place = manifest.location
    ordered = next((name for name, _ in table.order_by if kinds.get(name) in _DATES), "")
    found = table.time or (place.time if place and place.points == table.name else ordered)
    column = table.columns.get(found)
    return found if column is None or column.export else ""


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
