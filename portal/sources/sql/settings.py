"""What a system has stored of everybody's choices, streamed: one statement a table that holds preferences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.sources import values
from portal.sources.base import Setting
from portal.sources.identifiers import normal
from portal.sources.manifest import Preference, Table
from portal.sources.sql.ground import Ground
from portal.sources.sql.preferences import place_of, values_of
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, joined


def settings(session: Session, ground: Ground) -> Iterator[Setting]:
    """Yield the state word of each preference, by the person's key, or by the address where a table has no key.

    A column that is null says nothing. A table whose way to the person leads through itself is passed over.
    """
    tables: dict[str, list[Preference]] = {}
    for preference in ground.manifest.preferences.values():
        tables.setdefault(place_of(ground, preference)[0].name, []).append(preference)
    for name, held in tables.items():
        table = ground.manifest.tables[name]
        if table.link is None and table.name != ground.subject.name:
            yield from _by_address(session, ground, table, held)
        elif way := _way(ground, table, ()):
            yield from _by_key(session, ground, table, held, *way)


def _by_key(
    session: Session, ground: Ground, table: Table, held: Sequence[Preference], joins: Sql, key: Sequence[Sql]
) -> Iterator[Setting]:
    asked = joined([*key, *_columns(ground, held)], ", ")
    for row in session.stream("SELECT " + asked + f" FROM {ground.from_(table)}" + joins):
        if None not in row[: len(key)]:
            who = tuple(part if isinstance(part, int) else values.text(part) for part in row[: len(key)])
            yield Setting(who, _words(ground, held, row[len(key) :]))


def _by_address(session: Session, ground: Ground, table: Table, held: Sequence[Preference]) -> Iterator[Setting]:
    addresses = [ground.name(table, match.column) for match in table.match]
    asked = joined([*addresses, *_columns(ground, held)], ", ")
    for row in session.stream("SELECT " + asked + f" FROM {ground.from_(table)}"):
        said = _words(ground, held, row[len(addresses) :])
        for match, value in zip(table.match, row, strict=False):
            if known := normal(match, value):
                yield Setting(known, said)


def _columns(ground: Ground, held: Sequence[Preference]) -> list[Sql]:
    places = (place_of(ground, preference) for preference in held)
    return [ground.name(table, column.name) for table, column in places]


def _words(ground: Ground, held: Sequence[Preference], row: Sequence[Any]) -> dict[str, str]:
    said = {}
    for preference, value in zip(held, row, strict=True):
        if value is not None:
            words = {stored: word for word, stored in values_of(preference, place_of(ground, preference)[1]).items()}
            said[preference.name] = words.get(value, values.text(value))
    return said


def _way(ground: Ground, table: Table, before: tuple[str, ...]) -> tuple[Sql, list[Sql]] | None:
    """Return the joins that lead from a table to the persons, and their key: from the link where that holds it."""
    subject, link = ground.manifest.subject, table.link
    if table.name == subject.table:
        return Sql(""), [ground.name(table, part) for part in subject.key]
    if link is None or table.real in before:
        return None
    if link.table == subject.table and set(link.to) == set(subject.key):
        at = dict(zip(link.to, link.columns, strict=True))
        return Sql(""), [ground.name(table, at[part]) for part in subject.key]
    parent = ground.manifest.tables[link.table]
    further = None if parent.real == table.real else _way(ground, parent, (*before, table.real))
    if further is None:
        return None
    pairs = zip(link.columns, link.to, strict=True)
    on = joined((ground.name(table, mine) + " = " + ground.name(parent, theirs) for mine, theirs in pairs), " AND ")
    return f" JOIN {ground.from_(parent)} ON " + on + further[0], further[1]
