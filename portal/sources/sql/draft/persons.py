"""Which table holds the persons."""

from __future__ import annotations

from difflib import get_close_matches

from portal.sources.sql.draft import guess
from portal.sources.sql.draft.entries import Entry, emails, phones, references, writable
from portal.sources.sql.schema import LiveColumn, LiveTable, Schema

_NEAR = 2  # points apart: then the draft names the other one too


def subject(schema: Schema, named: str) -> Entry:
    """Return the entry of the persons' table, the one named or the likeliest; ValueError where there is none."""
    if named:
        if named not in schema:
            near = get_close_matches(named, schema, 1)
            raise ValueError(f"there is no table {named}" + (f"; did you mean {near[0]}?" if near else ""))
        return _entry(schema[named])
    ranked = sorted((live for live in schema.values() if _could_be(live)), key=lambda live: -_points(schema, live))
    if not ranked:
        raise ValueError("no table has a key and an e-mail or phone column: name the persons' table by --subject")
    entry = _entry(ranked[0])
    near_ones = [live.name for live in ranked[1:] if _points(schema, ranked[0]) - _points(schema, live) <= _NEAR]
    if near_ones:
        entry.unsure.append(f"the persons may be in {' or '.join(near_ones)} instead: draft again with --subject")
    return entry


def key_of(live: LiveTable) -> tuple[str, ...]:
    """Return the columns that tell rows apart: the primary key, else those of a unique index without nulls, else ()."""
    unique = (index.parts for index in live.indexes if index.unique and index.parts)
    sound = (parts for parts in unique if all(_required(live, part) for part in parts))
    return live.key or next(sound, ())


def births(live: LiveTable) -> list[LiveColumn]:
    """Return the columns that look like a date of birth, those that are dates by their type and the plainest first."""
    found = [column for column in live.columns.values() if guess.is_date_of_birth(column)]
    return sorted(found, key=lambda column: (not guess.is_declared_date(column), len(guess.words(column.name))))


def _required(live: LiveTable, part: str) -> bool:
    return part in live.columns and not live.columns[part].nullable


def _entry(live: LiveTable) -> Entry:
    key = key_of(live)
    if not key or not writable(live):
        raise ValueError(f"the rows of {live.name} have no key that a manifest can name")
    found = {"email": emails(live)[:1], "phone": phones(live)[:1]}
    match = {kind: columns[0] for kind, columns in found.items() if columns}
    entry = Entry(live.name, live, "delete" if set(match.values()) & set(key) else "anonymise", match=match)
    if others := [*emails(live)[1:], *phones(live)[1:]]:
        entry.unsure.append(f'{", ".join(others)}: the person\'s own as well? Then add to match: email = ["…", "…"]')
    if not match:
        entry.match = {"external_id": key[0]}
        entry.unsure.append("no column looks like an e-mail address or phone number; which one finds a person?")
    if "phone" in match:
        entry.unsure.append(
            'phone: how are numbers stored? As +84912345678: { column = "…", exact = true }; '
            'without a calling code: { column = "…", country = "84" }'
        )
    return entry


def _could_be(live: LiveTable) -> bool:
    return bool(key_of(live)) and writable(live) and bool(emails(live) or phones(live))


def _points(schema: Schema, live: LiveTable) -> int:
    """Weigh a table: an address, a telling name, a table of no mailings, and how much refers to it."""
    named = any("mail" in "_".join(guess.words(name)) for name in emails(live))
    referring = sum(any(key.table == live.name for key in references(schema, other)) for other in schema.values())
    return 4 * named + bool(phones(live)) + 4 * guess.is_of_persons(live) + min(referring, 4)
