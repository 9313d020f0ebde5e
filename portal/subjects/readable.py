"""Values of other systems as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from portal.kernel.problems import N_
from portal.sources import values
from portal.sources.base import Page, Row, Source
from portal.sources.manifest import Table
from portal.web.words import Words

MASKED = frozenset({"financial", "government-id"})  # kinds of data that wait for a fresh proof (RULES X4)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?")
_SHORT, _LONGEST = 240, 20_000  # characters shown at once, and at all
_LAST = 4


class Cell(NamedTuple):
    """One value: what is read at once, "" for none; all of it, where that was cut; whether it is masked."""

    title: str
    text: str
    whole: str = ""
    masked: bool = False


def facts_of(page: Page, source: Source, name: str, words: Words, in_full: bool) -> dict[str, Any]:
    """Return what a page tells of some rows of a table: titles, records, whether any is masked, and what follows."""
    table = source.manifest.tables[name]
    cells = records(page, table, words, in_full)
    return {
        "title": table.title.in_(words.language),
        "system": source.title.in_(words.language),
        "records": cells,
        "masked": any(cell.masked for record in cells for cell in record),
        "in_full": in_full,
        "following": page.after,
    }


def records(page: Page, table: Table, words: Words, in_full: bool) -> list[list[Cell]]:
    """Return the rows of a page as cells, without columns that are not for the person."""
    return [_record(row, table, page.kinds, words, in_full) for row in page.rows]


def _record(row: Row, table: Table, kinds: Mapping[str, str], words: Words, in_full: bool) -> list[Cell]:
    given = {name: value for name, value in row.items() if name not in table.columns or table.columns[name].export}
    return [_cell(name, value, given, table, kinds.get(name, ""), words, in_full) for name, value in given.items()]


def _cell(name: str, value: Any, row: Row, table: Table, kind: str, words: Words, in_full: bool) -> Cell:
    title, column = table.column_title(name).in_(words.language), table.columns.get(name)
    currency = str(row.get(column.money, column.money) or "") if column and column.money else ""
    text = readable(value, words, kind, currency)
    if column and column.sensitive in MASKED and text and not in_full:
        return Cell(title, masked(text), masked=True)
    whole = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return Cell(title, text[:_SHORT] + "…", whole) if len(text) > _SHORT else Cell(title, text)


def masked(text: str) -> str:
    """Return dots, and the last signs where enough stay hidden."""
    return "••••" + (f" {text[-_LAST:]}" if len(text) > 2 * _LAST else "")


def readable(value: Any, words: Words, kind: str = "", currency: str = "") -> str:
    """Return a value in words: days and moments spelt, sums with their currency, yes and no; "" for nothing."""
    if isinstance(value, bytes | bytearray | memoryview):
        return words.say(N_("A file of %(size)s"), size=words.size(len(value)))
    if isinstance(value, bool) or (kind == "boolean" and value in (0, 1)):
        return words.say(N_("Yes") if value else N_("No"))
    if currency and (sum_ := _sum(value)) is not None:
        return words.money(sum_, currency)
    if isinstance(value, Decimal):
        return words.exact(value)
    when = _moment(value) if isinstance(value, str) else value
    return _spelt(when, words) if isinstance(when, date) else values.text(value).strip()


def _spelt(when: date, words: Words) -> str:
    if isinstance(when, datetime) and when.tzinfo:
        return words.moment(when)
    if isinstance(when, datetime):  # in a zone that only the system knows
        return f"{words.day(when.date())}, {when:%H:%M}"
    return words.day(when)


def _moment(written: str) -> date | None:
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
        return datetime.fromisoformat(written) if _MOMENT.fullmatch(written) else None
    except ValueError:  # the 31st of February
        return None


def _sum(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value)) if isinstance(value, int | float | str | Decimal) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
