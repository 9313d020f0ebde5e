"""Choices written to the columns that the manifest names, and read back."""

from __future__ import annotations

from collections.abc import Mapping

from portal.sources import values
from portal.sources.manifest import Place, Preference, Table
from portal.sources.manifest.model import Scalar
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.session import Refuse, Session
from portal.sources.sql.statement import bound

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
    stored = {}
    for preference in reach.ground.manifest.preferences.values():
        table, column = place_of(reach.ground, preference)
        chosen = (
            "SELECT DISTINCT " + reach.ground.name(table, column.name) + f" FROM {reach.ground.from_(table)} WHERE "
        )
        rows = session.all(chosen + reach.rows(table) + " LIMIT 2")
        if rows:
            words = {value: state for state, value in values_of(preference, column).items()}
            stored[preference.name] = MIXED if len(rows) > 1 else words.get(rows[0][0], values.text(rows[0][0]))
    return stored


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
