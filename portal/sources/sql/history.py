"""Points of a database: counted by the engine, listed by key, deleted oldest first in chunks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from portal.sources import values
from portal.sources.base import Key, Person
from portal.sources.history import After, History, Point, Reported, Span, Tally
from portal.sources.manifest.model import Location, Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, bound, either, joined

Opened = Callable[[], AbstractContextManager[tuple[Session, Ground]]]


class SqlHistory(History):
    """The history of one database; `reading` and `writing` open a session on it."""

    def __init__(self, location: Location, reading: Opened, writing: Opened) -> None:
        self._location, self._reading, self._writing = location, reading, writing

    def reported(self, person: Person) -> Reported | None:
        place = self._location.reported_state
        if place is None:
            return None
        with self._reading() as (session, ground):
            table = ground.manifest.tables[place.table]
            when = self._location.reported_at
            at = ground.name(table, when.column) if when else Sql("NULL")
            asked = "SELECT " + ground.name(table, place.column) + ", " + at + f" FROM {ground.from_(table)} WHERE "
            known = " AND " + ground.name(table, place.column) + " IS NOT NULL LIMIT 1"
            for state, said in session.all(asked + Reach(ground, person).rows(table) + known):
                return Reported(values.text(state), _said_at(said))
        return None

    def tally(self, person: Person, spans: Sequence[Span]) -> Tally:
        with self._reading() as (session, ground):
            points = _Points(self._location, ground, person)
            # A count of its own for each span: each reads its part of the index, where sums over all would read it all.
            counts = ["(SELECT COUNT(*)" + points.rows() + " AND " + points.inside(span) + ")" for span in spans]
            first = "(SELECT MIN(" + points.time + ")" + points.rows() + ")"
            [(oldest, *counted)] = session.all("SELECT " + joined([first, *counts], ", "))
            return Tally(None if oldest is None else _moment(oldest), tuple(map(int, counted)))

    def page(self, person: Person, after: After | None, size: int) -> list[Point]:
        with self._reading() as (session, ground):
            points = _Points(self._location, ground, person)
            columns = [points.time, *points.place, *points.key]
            behind = " AND " + points.behind(after) if after else Sql("")
            order = " ORDER BY " + joined((name + " DESC" for name in (points.time, *points.key)), ", ")
            rows = session.all("SELECT " + joined(columns, ", ") + points.rows() + behind + order + f" LIMIT {size}")
            return [_point(*row) for row in rows]

    def delete(self, person: Person, span: Span, most: int) -> int:
        with self._writing() as (session, ground):
            points = _Points(self._location, ground, person)
            those = points.rows() + " AND " + points.inside(span)
            edge = session.all("SELECT " + points.time + those + f" ORDER BY {points.time.text} LIMIT 1 OFFSET {most}")
            return points.delete(session, points.inside(span), *(points.time + " <= " + bound(at) for (at,) in edge))

    def delete_one(self, person: Person, key: Key) -> int:
        with self._writing() as (session, ground):
            points = _Points(self._location, ground, person)
            return points.delete(session, ground.equals(points.table, ground.key(points.table), [key]))


class _Points:
    """The points of one person, laid on the live schema."""

    def __init__(self, location: Location, ground: Ground, person: Person) -> None:
        self.ground, self.reach = ground, Reach(ground, person)
        self.table: Table = ground.manifest.tables[location.points]
        self.column = ground.column(self.table, location.time)
        self.time = ground.name(self.table, location.time)
        self.place = [ground.name(self.table, location.latitude), ground.name(self.table, location.longitude)]
        self.key = [ground.name(self.table, column) for column in ground.key(self.table)]

    def rows(self) -> Sql:
        return f" FROM {self.ground.from_(self.table)} WHERE " + self.reach.rows(self.table)

    def inside(self, span: Span) -> Sql:
        parts = [self.time + " >= " + self._bound(span.since)] if span.since else []
        parts += [self.time + " < " + self._bound(span.until)] if span.until else []
        return "(" + joined(parts, " AND ") + ")" if parts else Sql("1 = 1")

    def behind(self, after: After) -> Sql:
        """Return what comes behind a place in the list: older, or as old with a smaller key."""
        if not after.key:
            return self.time + (" <= " if after.included else " < ") + self._bound(after.at)
        mark = bound(datetime.fromisoformat(after.mark) if self.column.kind == "datetime" else after.mark)
        same, smaller = [self.time + " = " + mark], list[Sql]()
        for name, part in zip(self.key, after.key, strict=True):
            smaller.append("(" + joined([*same, name + " < " + bound(part)], " AND ") + ")")
            same.append(name + " = " + bound(part))
        # The first part says no more than the others, but only it lets the engine begin in the middle of its index.
        return self.time + " <= " + mark + " AND " + either([self.time + " < " + mark, *smaller])

    def delete(self, session: Session, *conditions: Sql) -> int:
        statement = self.ground.dialect.delete.format(table=self.ground.from_(self.table)) + " WHERE "
        return session.run(joined([statement + self.reach.rows(self.table), *conditions], " AND "))

    def _bound(self, at: datetime) -> Sql:
        return bound(self.ground.dialect.moment(at))


def _point(written: Any, latitude: Any, longitude: Any, *key: Any) -> Point:
    mark = written if isinstance(written, str) else written.isoformat()
    parts = tuple(part if isinstance(part, int) else values.text(part) for part in key)
    return Point(parts, _moment(written), float(latitude), float(longitude), mark)


def _said_at(written: Any) -> datetime | None:
    try:
        return _moment(written) if isinstance(written, str | datetime) else None
    except ValueError:  # whatever it is, it is no moment: then what was reported is shown without one
        return None


def _moment(written: Any) -> datetime:
    """Return a moment as it is stored; one that does not name its zone is in UTC."""
    at = datetime.fromisoformat(written) if isinstance(written, str) else written
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
