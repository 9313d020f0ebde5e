"""Choices and dates of birth: what could not be written there, or would not be understood."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Preference
from portal.sources.sql.check.saying import error, warning
from portal.sources.sql.draft.guess import is_declared_date, length
from portal.sources.sql.ground import Ground
from portal.sources.sql.preferences import place_of, values_of
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.session import Session
from portal.sources.sql.young import day

_ROWS = 1000  # of which a date of birth is read


def unwritable(ground: Ground) -> Iterator[Finding]:
    for preference in ground.manifest.preferences.values():
        table, column = place_of(ground, preference)
        if say := _unwritable(preference, column):
            yield error(table, column.name, f'It cannot take "{preference.name}": {say}')


def _unwritable(preference: Preference, column: LiveColumn) -> str:
    """Say why the database would refuse a state; "" when it would not."""
    known = values_of(preference, column)
    if is_declared_date(column):
        return f"its type is {column.type}, which says when and not whether. Name another column."
    if column.generated:
        return "the database makes it itself. Name another column."
    if not known and column.kind != "text":
        return f"its type is {column.type}. Name a column of text, numbers or yes and no, or write values."
    words = {value for value in known.values() if isinstance(value, str)}
    if column.kind in ("integer", "number", "decimal") and words:
        return f"its type is {column.type}, and values has words. Write numbers."
    if column.kind == "boolean" and (not {0, 1}.issuperset(preference.values.values()) or len(set(known.values())) > 2):
        return "it holds yes or no. Write values = { off = false, on = true }, or the other way round."
    if column.kind == "text" and known.keys() and len(words) < len(known):
        return f"its type is {column.type}, and values has numbers. Write texts."
    if (limit := length(column)) is not None and any(len(word) > limit for word in words):
        return f"it takes {limit} characters, and one of values is longer."
    return ""


def births(session: Session, ground: Ground) -> Iterator[Finding]:
    """Look whether dates of birth can be read: what cannot be is passed over, and a child with it."""
    table, name = ground.subject, ground.manifest.subject.born
    if not name:
        return
    column = ground.column(table, name)
    if column.kind not in ("date", "datetime", "text"):
        yield error(table, name, f"born names it, and its type is {column.type}. Name a column with a date.")
    elif column.kind == "text" and (wrong := _unread(session, ground, name)):
        say = f"born names it, and {wrong} are no dates as 2013-05-01: those people are never taken for young."
        yield error(table, name, say)
    elif not ground.live(table).serves(name):
        yield warning(table, name, "born names it and no index serves it, so all persons are read each night. Add one.")


def _unread(session: Session, ground: Ground, name: str) -> str:
    """Say how many values of the first ones are no dates; "" where all are."""
    table = ground.subject
    column = ground.name(table, name)
    rows = session.all("SELECT " + column + f" FROM {ground.from_(table)} WHERE " + column + f" <> '' LIMIT {_ROWS}")
    wrong = sum(day(value) is None for (value,) in rows)
    return f"{wrong} of {len(rows)} values looked at" if wrong else ""
