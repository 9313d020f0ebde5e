"""What may become of each column, and in which order rows come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from portal.sources.sql.draft import guess
from portal.sources.sql.draft.entries import Entry, nullable
from portal.sources.sql.schema import ENGINE_ACTS, LiveColumn

_KEYED = "text:deleted-{key}"
_KEY_LENGTH = {"integer": 20, "uuid": 36}
_LONG = 64  # of a key of another kind


@dataclass(frozen=True)
class Proposal:
    """What is written of one column; `unsure` is the comment beside it. One without a rule stays as it is."""

    column: str
    rule: str = ""
    hidden: bool = False
    unsure: str = ""
    stays: bool = False  # a guess, to be named


def proposals(entry: Entry, entries: Iterable[Entry]) -> Iterator[Proposal]:
    """Yield what there is to say of an entry's columns."""
    entries = list(entries)
    cut = _cut(entry, entries)
    for column in entry.live.columns.values():
        hidden = guess.is_secret(column)
        if column.name in cut:
            yield Proposal(column.name, "null", hidden)
        elif entry.erase != "anonymise" or entry.only_cut or column.name in _joints(entry, entries):
            if hidden:
                yield Proposal(column.name, hidden=True, unsure="a secret?")
        elif not column.generated:
            yield replace(_of(entry, column), hidden=hidden)


def order_by(entry: Entry) -> str:
    """Return the column by which rows come in time, one that is never null if there is one; "" where none is."""
    times = [column for column in entry.live.columns.values() if guess.is_time(column) and " " not in column.name]
    return min(times, key=lambda column: column.nullable).name if times else ""


def _cut(entry: Entry, entries: list[Entry]) -> set[str]:
    """Return the references to be nulled: the one that leads to the person, and those to rows that go."""
    if entry.erase != "anonymise":
        return set()
    going = {other.live.name for other in entries if other.erase == "delete"}
    held = [key for key in entry.live.references if key.table in going and key.on_delete not in ENGINE_ACTS]
    own = [entry.by] if entry.by else []
    keys = set(entry.live.key)
    free = (key for key in [*own, *held] if nullable(entry.live, key) and not keys & set(key.columns))
    return {column for key in free for column in key.columns}


def _joints(entry: Entry, entries: list[Entry]) -> set[str]:
    """Return the columns that hold rows together: keys, references, and what other tables refer to."""
    led_to = {column for other in entries if other.parent is entry and other.by for column in other.by.to}
    refers = {column for key in entry.live.references for column in key.columns}
    return {*entry.live.key, *refers, *led_to, *(entry.by.columns if entry.by else ())}


def _of(entry: Entry, column: LiveColumn) -> Proposal:
    """Say what becomes of a value in a row that stays."""
    is_person, is_telling = entry.parent is None, column.kind in guess.TELLING
    is_ordinary = guess.is_setting(column) or (guess.is_reference(column) and not is_person)
    if column.nullable and (is_person or (is_telling and not is_ordinary and not guess.is_time(column))):
        return Proposal(column.name, "null")
    if guess.is_time(column) or not is_telling:
        return Proposal(column.name, stays=guess.is_birthday(column))
    if is_ordinary or column.kind == "other" or column.kind.endswith("[]"):  # what such a type may hold is not known
        return Proposal(column.name, stays=True)
    return _filled(entry, column)


def _filled(entry: Entry, column: LiveColumn) -> Proposal:
    """Say what stands in a column that must hold something: nothing, or the row's own key where values must differ."""
    if not any(index.unique and column.name in index.parts for index in entry.live.indexes):
        return Proposal(column.name, "empty")
    if column.kind != "text" or not entry.live.key:
        return Proposal(column.name, stays=True)
    limit = guess.length(column)
    long = sum(_KEY_LENGTH.get(entry.live.columns[part].kind, _LONG) + 1 for part in entry.live.key)
    fits = limit is None or limit >= long + len("deleted-")
    return Proposal(
        column.name, _KEYED if fits else "text:{key}", unsure="" if fits else "is it long enough for a key?"
    )
