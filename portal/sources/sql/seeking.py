"""What a person is known by in a system, read while it is still there, and the patterns that find it in free text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from portal.sources import values
from portal.sources.base import NAME, Identifier
from portal.sources.identifiers import normal
from portal.sources.manifest import Manifest, Match, Table
from portal.sources.manifest.model import Column
from portal.sources.sql.ground import Reach
from portal.sources.sql.rules import change
from portal.sources.sql.session import Session
from portal.sources.sql.spellings import Outline, outlines, pattern

_NAMES = 100  # values of one column that are sought in free text


def traces(session: Session, reach: Reach) -> tuple[Identifier, ...]:
    """Return what was known before, proven identifiers, those on the person's row, and what identifies them."""
    ground, manifest = reach.ground, reach.ground.manifest
    own = [found for match in manifest.subject.match for found in _identifiers(session, reach, ground.subject, match)]
    names = [
        Identifier(NAME, name)
        for table in manifest.tables.values()
        for column in table.columns.values()
        if column.identifies
        for name in _values(session, reach, table, column.name)
    ]
    return tuple(dict.fromkeys([*reach.person.traces, *reach.person.identifiers, *own, *names]))


def redacting(session: Session, reach: Reach, only: Collection[str] | None = None) -> str:
    """Return the pattern of all that free text loses; "" where no table that goes has a column with `redact`."""
    if not any(column.erase and column.erase.kind == "redact" for column in _columns(reach.ground.manifest, only)):
        return ""
    known = traces(session, reach)
    return sought(reach.ground.manifest, known, [trace.value for trace in known if trace.kind == NAME])


def sought(manifest: Manifest, known: Collection[Identifier], names: Iterable[str] = ()) -> str:
    """Return the pattern of addresses and numbers in every spelling, and of names where they are given."""
    return pattern(_emails(known), _phones(manifest, known), names)


def outlined(manifest: Manifest, known: Collection[Identifier]) -> list[Outline]:
    """Return what any text is LIKE that holds one of these addresses and numbers, see `spellings.outlines`."""
    return outlines(_emails(known), _phones(manifest, known))


def _emails(known: Iterable[Identifier]) -> set[str]:
    return {trace.value for trace in known if trace.kind == "email"}


def _phones(manifest: Manifest, known: Iterable[Identifier]) -> set[tuple[str, str]]:
    countries = {match.country for match in _matches(manifest) if match.kind == "phone"} or {""}
    return {(trace.value, country) for trace in known if trace.kind == "phone" for country in countries}


def _columns(manifest: Manifest, only: Collection[str] | None) -> Iterator[Column]:
    for name, table in manifest.tables.items():
        if only is None or name in only:
            yield from table.columns.values()


def _identifiers(session: Session, reach: Reach, table: Table, match: Match) -> Iterator[Identifier]:
    for value in _values(session, reach, table, match.column):
        if (found := normal(match, value)) is not None:
            yield found


def _values(session: Session, reach: Reach, table: Table, column: str) -> list[str]:
    ground, name = reach.ground, reach.ground.name(table, column)
    chosen = "SELECT DISTINCT " + name + f" FROM {ground.from_(table)} WHERE " + reach.rows(table)
    rule = table.columns[column].erase if column in table.columns else None
    if rule and rule.kind != "redact":  # what an erasure wrote there before names nobody
        chosen = chosen + " AND " + change(ground, table, ground.column(table, column), rule).due
    rows = session.all(chosen + " AND " + name + f" IS NOT NULL LIMIT {_NAMES}")
    return [value for (value,) in rows if isinstance(value, str) and values.sound(value)]


def _matches(manifest: Manifest) -> Iterator[Match]:
    yield from manifest.subject.match
    for table in manifest.tables.values():
        yield from table.match
