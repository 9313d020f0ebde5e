"""Whom a system knows to be young: one statement over its dates of birth, the youngest first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.sources.base import Young
from portal.sources.identifiers import normal
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session
from portal.sources.sql.statement import bound, joined


def born_after(session: Session, ground: Ground, since: date, limit: int, offset: int) -> list[Young]:
    """Return those born after a day; text is compared as ISO 8601, and what is no date is passed over."""
    table, subject = ground.subject, ground.manifest.subject
    born, width = ground.name(table, subject.born), len(subject.key)
    asked = [*subject.key, subject.born, *(match.column for match in subject.match)]
    columns = joined((ground.name(table, column) for column in asked), ", ")
    is_text = ground.column(table, subject.born).kind == "text"
    after = " WHERE " + born + " > " + bound(since.isoformat() if is_text else since)
    by = joined([born + " DESC", *(ground.name(table, column) for column in subject.key)], ", ")
    chosen = "SELECT " + columns + f" FROM {ground.from_(table)}" + after
    rows = session.all(chosen + " ORDER BY " + by + f" LIMIT {int(limit)} OFFSET {int(offset)}")
    return [found for row in rows if (found := _young(ground, row, width))]


def _young(ground: Ground, row: tuple[Any, ...], width: int) -> Young | None:
    born = day(row[width])
    pairs = zip(ground.manifest.subject.match, row[width + 1 :], strict=True)
    known = (normal(match, value) for match, value in pairs)
    key = tuple(part if isinstance(part, int) else str(part) for part in row[:width])
    return Young(key, born, tuple(one for one in known if one)) if born else None


def day(value: Any) -> date | None:
    """Return the day that a value says; None where it says none as ISO 8601."""
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
