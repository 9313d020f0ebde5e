"""Kept rows whose date has come: whose they are, read in one go, and deleting them in chunks of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from portal.sources import values
from portal.sources.base import Person
from portal.sources.identifiers import normal
from portal.sources.keeping import first_kept
from portal.sources.manifest import Match, Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, bound, joined


def owners(session: Session, ground: Ground, table: Table, today: date) -> Iterator[Person]:
    """Yield whose rows of a table have come to their date: by their key, or by an identifier where it has no link."""
    due, place = _due(ground, table, today), ground.from_(table)
    if not table.match:
        columns, more = _keys(ground, table)
        named = joined(columns, ", ")
        for row in session.stream("SELECT DISTINCT " + named + f" FROM {place}" + more + " WHERE " + due):
            if None not in row:
                yield Person((tuple(part if isinstance(part, int) else values.text(part) for part in row),))
    for match in table.match:
        yield from _by_identifier(session, ground, table, match, due)


def expire(session: Session, ground: Ground, table: Table, people: Sequence[Person], today: date) -> int:
    """Delete what of these people has come to its date, with what hangs on it and has no date; return the rows.

    A row stays while another table keeps rows that hang on it for longer.
    """
    everybody = Person(
        tuple(key for person in people for key in person.keys),
        tuple(identifier for person in people for identifier in person.identifiers),
    )
    rows = Reach(ground, everybody).rows(table) + " AND " + _due(ground, table, today) + _unneeded(ground, table)
    return _delete(session, ground, table, rows)


def _delete(session: Session, ground: Ground, table: Table, rows: Sql) -> int:
    gone = 0
    for below in _hanging_on(ground, table):
        if below.link and not _has_a_date(below):
            inside = joined((ground.name(table, column) for column in below.link.to), ", ")
            chosen = "SELECT " + inside + f" FROM {ground.from_(table)} WHERE " + rows
            gone += _delete(session, ground, below, ground.names(below, below.link.columns) + " IN (" + chosen + ")")
    return gone + session.run(ground.dialect.delete.format(table=ground.from_(table)) + " WHERE " + rows)


def _unneeded(ground: Ground, table: Table) -> Sql:
    """Return the condition that nothing is kept for longer that hangs on a row, at once or further on."""
    found = Sql("")
    for below in _hanging_on(ground, table):
        if below.link:
            pairs = zip(below.link.columns, below.link.to, strict=True)
            same = joined((ground.name(below, own) + " = " + ground.name(table, to) for own, to in pairs), " AND ")
            more = "" if _has_a_date(below) else _longer(ground, below)
            if more is not None:
                found = found + f" AND NOT EXISTS (SELECT 1 FROM {ground.from_(below)} WHERE " + same + more + ")"
    return found


def _longer(ground: Ground, table: Table) -> Sql | None:
    """Return, for rows without a date, the condition that something below them has one; None where nothing can."""
    if not any(_has_a_date(below) for below in _hanging_on(ground, table)):
        return None
    return " AND NOT (1 = 1" + _unneeded(ground, table) + ")"


def _hanging_on(ground: Ground, table: Table) -> list[Table]:
    tables = ground.manifest.tables.values()
    return [one for one in tables if one.link and one.link.table == table.name and one.real != table.real]


def _has_a_date(table: Table) -> bool:
    """Tell whether rows have a life of their own: a date, or no end at all because they only lose what is personal."""
    return table.erase != "keep" or bool(table.keep and table.keep.until)


def _due(ground: Ground, table: Table, today: date) -> Sql:
    if table.keep is None or table.keep.until is None:
        return Sql("1 = 0")
    day, column = first_kept(today, table.keep.until.years), ground.column(table, table.keep.until.column)
    limit = ground.dialect.moment(datetime.combine(day, time())) if column.kind == "datetime" else day
    return ground.name(table, column.name) + " < " + bound(ground.dialect.day(limit))


def _keys(ground: Ground, table: Table) -> tuple[list[Sql], Sql]:
    """Return the columns that hold the person's key, and the joins that lead to them."""
    subject, here, more, leading = ground.manifest.subject, table, "", ground.from_(table)
    for number in range(len(ground.manifest.tables)):
        if here.name == subject.table:
            return [_under(ground, leading, here, column) for column in subject.key], Sql(more)
        if here.link is None:
            break
        link = here.link
        if link.table == subject.table and set(link.to) == set(subject.key):
            at = dict(zip(link.to, link.columns, strict=True))
            return [_under(ground, leading, here, at[part]) for part in subject.key], Sql(more)
        above, alias = ground.manifest.tables[link.table], f"portal_{number}"
        pairs = zip(link.columns, link.to, strict=True)
        same = " AND ".join(
            f"{alias}.{ground.bare(above, to)} = {leading}.{ground.bare(here, own)}" for own, to in pairs
        )
        more += f" JOIN {ground.from_(above)} AS {alias} ON {same}"
        here, leading = above, alias
    return [Sql("NULL")], Sql(more)  # joined to the person by an identifier further up, which is gone by then


def _under(ground: Ground, leading: str, table: Table, column: str) -> Sql:
    return Sql(f"{leading}.{ground.bare(table, column)}")


def _by_identifier(session: Session, ground: Ground, table: Table, match: Match, due: Sql) -> Iterator[Person]:
    name = ground.name(table, match.column)
    asked = "SELECT DISTINCT " + name + f" FROM {ground.from_(table)} WHERE " + due + " AND " + name + " IS NOT NULL"
    for (value,) in session.stream(asked):
        if (found := normal(match, value)) is not None:
            yield Person((), (found,))
