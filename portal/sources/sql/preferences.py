"""Choices written to the columns that the manifest names, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.sources import values
from portal.sources.base import Key, Person
from portal.sources.manifest import Place, Preference, Table
from portal.sources.manifest.model import Scalar
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.session import Refuse, Session
from portal.sources.sql.statement import bound, joined

MIXED = "mixed"


def write(session: Session, reach: Reach, choices: Mapping[str, str], refuse: Refuse) -> None:
    """Set each column in all rows of the person that have another value; a state without a value is refused."""
    for name, state in choices.items():
        table, column = place_of(reach.ground, reach.ground.manifest.preferences[name])
        known = values_of(reach.ground.manifest.preferences[name], column)
        if state not in known and (known or column.kind != "text"):
            raise refuse(f"preference {name} has no value for the state {state}", True)
        place, value = reach.ground.name(table, column.name), bound(known.get(state, state))
        sets = f"UPDATE {reach.ground.from_(table)} SET {reach.ground.bare(table, column.name)} = " + value
        session.run(
            sets + " WHERE " + reach.rows(table) + " AND (" + place + " IS NULL OR " + place + " <> " + value + ")"
        )


def read(session: Session, reach: Reach) -> dict[str, str]:
    """Return the state word of each preference that the person has a row for; a value without a word is its text."""
    return _read(session, reach, reach.ground.manifest.preferences.values())


def read_many(session: Session, ground: Ground, people: Mapping[int, Person]) -> dict[int, dict[str, str]]:
    """Return what `read` does of many people: what stands in their own rows is read with one statement."""
    wanted = ground.manifest.preferences.values()
    beside = [one for one in wanted if place_of(ground, one)[0] is ground.subject]
    elsewhere = [one for one in wanted if one not in beside]
    rows = _rows(session, ground, beside, [key for person in people.values() for key in person.keys])
    found = {number: _joined(rows[key] for key in person.keys if key in rows) for number, person in people.items()}
    for number, person in people.items() if elsewhere else ():
        found[number] |= _read(session, Reach(ground, person), elsewhere)
    return found


def _read(session: Session, reach: Reach, wanted: Iterable[Preference]) -> dict[str, str]:
    stored = {}
    for preference in wanted:
        table, column = place_of(reach.ground, preference)
        chosen = (
            "SELECT DISTINCT " + reach.ground.name(table, column.name) + f" FROM {reach.ground.from_(table)} WHERE "
        )
        rows = session.all(chosen + reach.rows(table) + " LIMIT 2")
        if rows:
            stored[preference.name] = MIXED if len(rows) > 1 else _word(preference, column, rows[0][0])
    return stored


def _rows(
    session: Session, ground: Ground, wanted: Sequence[Preference], keys: Sequence[Key]
) -> dict[Key, dict[str, str]]:
    """Return the words of preferences in subject rows, by key."""
    if not wanted or not keys:
        return {}
    subject, width = ground.subject, len(ground.manifest.subject.key)
    columns = [place_of(ground, one)[1] for one in wanted]
    asked = [*ground.manifest.subject.key, *(column.name for column in columns)]
    names = joined((ground.name(subject, column) for column in asked), ", ")
    rows = Reach(ground, Person(tuple(keys))).rows(subject)
    found = {}
    for row in session.all("SELECT " + names + f" FROM {ground.from_(subject)} WHERE " + rows):
        said = zip(wanted, columns, row[width:], strict=True)
        key = tuple(part if isinstance(part, int) else values.text(part) for part in row[:width])
        found[key] = {one.name: _word(one, column, value) for one, column, value in said}
    return found


def _joined(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what rows of one person say together."""
    stored: dict[str, str] = {}
    for row in rows:
        for name, word in row.items():
            stored[name] = word if stored.get(name, word) == word else MIXED
    return stored


def _word(preference: Preference, column: LiveColumn, value: Any) -> str:
    words = {stored: state for state, stored in values_of(preference, column).items()}
    return words.get(value, values.text(value))


def place_of(ground: Ground, preference: Preference) -> tuple[Table, LiveColumn]:
    """Return table and column of a preference."""
    place = preference.place or Place(ground.subject.name, preference.name)
    table = ground.manifest.tables[place.table]
    return table, ground.column(table, place.column)


def values_of(preference: Preference, column: LiveColumn) -> dict[str, Scalar]:
    """Return the value of each state: the manifest's, else on and off for columns that hold yes or no."""
    known = dict(preference.values)
    if not known and column.kind in ("boolean", "integer", "number"):
        known = {"on": 1, "off": 0}
    return {state: bool(value) for state, value in known.items()} if column.kind == "boolean" else known
