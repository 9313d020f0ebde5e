"""Which tables hold a person's rows, and how each is reached: by foreign keys, else by names, else by addresses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.sources.manifest import Action
from portal.sources.sql.draft import guess
from portal.sources.sql.schema import ENGINE_ACTS, ForeignKey, LiveTable, Schema

NAMED_ONLY = ""  # what the engine does, for a reference that only a column's name speaks of


@dataclass
class Entry:
    """One [tables.…] section to be: a live table under a name, reached from another entry or by an address."""

    name: str
    live: LiveTable
    erase: Action
    parent: Entry | None = None
    by: ForeignKey | None = None
    match: dict[str, str] = field(default_factory=dict)  # kind of identifier -> column
    only_cut: bool = False  # nothing of the row changes but the reference
    unsure: list[str] = field(default_factory=list)

    def led_here(self, table: str, key: ForeignKey) -> bool:
        """Tell whether this entry was reached through a reference, so that it is not gone through twice."""
        here: Entry | None = self
        while here:
            if here.by and (here.live.name, here.by.columns) == (table, key.columns):
                return True
            here = here.parent
        return False


class Walk:
    """Goes from the persons to all that refers to them."""

    def __init__(self, schema: Schema, subject: Entry) -> None:
        self._schema = {name: live for name, live in schema.items() if writable(live)}
        self.entries = [subject]
        self._from(subject)
        for live in self._schema.values():
            if not self.of(live.name) and (columns := emails(live)) and not self.pointed_at(live.name):
                self._by_address(live, columns)

    def of(self, table: str) -> list[Entry]:
        """Return the entries of a live table, the one first found first."""
        return [entry for entry in self.entries if entry.live.name == table]

    def pointed_at(self, table: str) -> str:
        """Return the first covered column that points to a table, "" where none does."""
        for entry in self.entries:
            for key in entry.live.references:
                if key.table == table != entry.live.name:
                    return f"{entry.live.name}.{key.columns[0]}"
        return ""

    def _by_address(self, live: LiveTable, columns: list[str]) -> None:
        referred_to = any(key.table == live.name for other in self._schema.values() for key in other.references)
        entry = Entry(live.name, live, "anonymise" if referred_to else "delete", match={"email": columns[0]})
        entry.unsure.append(f"found by {columns[0]} alone: does it hold the person's own e-mail address?")
        self.entries.append(entry)
        self._from(entry)

    def _from(self, start: Entry) -> None:
        waiting = deque([start])
        while waiting:
            parent = waiting.popleft()
            for live in self._schema.values():
                for entry in self._reached(parent, live):
                    self.entries.append(entry)
                    if not entry.only_cut:
                        waiting.append(entry)

    def _reached(self, parent: Entry, live: LiveTable) -> Iterator[Entry]:
        """Yield what a table adds: its first entry, and one more for each reference that would hold parents back."""
        keys = [key for key in references(self._schema, live) if key.table == parent.live.name]
        known = self.of(live.name)
        if keys and not known:
            best = min(keys, key=lambda key: _rank(parent.live, live, key))
            first = _first(parent, live, best)
            others = [key.columns[0] for key in keys if key is not best]
            if others:
                lead = "leads" if len(others) == 1 else "lead"
                first.unsure.append(
                    f"{', '.join(others)} {lead} to {parent.name} too: if those rows are the person's as well, list "
                    "the table once more under another name"
                )
            known = [first]
            yield first
            keys.remove(best)
        for key in keys:
            if _holds_back(parent, key, known[0]) and not parent.led_here(live.name, key):
                yield self._second(parent, live, key)

    def _second(self, parent: Entry, live: LiveTable, key: ForeignKey) -> Entry:
        name = f"{live.name}_by_{'_'.join(key.columns)}"
        taken = {*self._schema, *(entry.name for entry in self.entries)}
        while name in taken:
            name += "_"
        cut = nullable(live, key) and key.on_delete != "CASCADE"
        entry = Entry(name, live, "anonymise" if cut else "delete", parent, key, only_cut=cut)
        entry.unsure.append(
            f"the same table once more, because these rows would hold those of {parent.name} back; they may tell of "
            "other people: write export = false for such columns"
        )
        return entry


def references(schema: Schema, live: LiveTable) -> list[ForeignKey]:
    """Return the foreign keys of a table, and after them what its columns' names say without one."""
    declared = [key for key in live.references if key.to and key.table in schema]
    held = {column for key in declared for column in key.columns}
    rows = {guess.singular(name): other for name, other in schema.items() if len(other.key) == 1}
    named = []
    for column in live.columns.values():
        *of, last = guess.words(column.name) or [""]
        other = rows.get("_".join(of)) if last == "id" else None
        if other and other.name != live.name and column.name not in held and column.kind == _key_kind(other):
            named.append(ForeignKey((column.name,), other.name, other.key, NAMED_ONLY))
    return declared + named


def emails(live: LiveTable) -> list[str]:
    """Return the columns that look like e-mail addresses, the plainest name first."""
    found = [column.name for column in live.columns.values() if guess.is_email(live, column)]
    return sorted(found, key=lambda name: len(guess.words(name)))


def phones(live: LiveTable) -> list[str]:
    """Return the columns that look like phone numbers, the plainest name first."""
    found = [column.name for column in live.columns.values() if guess.is_phone(column)]
    return sorted(found, key=lambda name: len(guess.words(name)))


def nullable(live: LiveTable, key: ForeignKey) -> bool:
    """Tell whether a reference may be null."""
    return all(live.columns[name].nullable for name in key.columns)


def writable(live: LiveTable) -> bool:
    """Tell whether a manifest can name a table and its joints: its links are written with these signs."""
    joints = {*live.key, *(name for key in live.references for name in (*key.columns, *key.to))}
    return not any(name != name.strip() or any(sign in name for sign in "<>,.") for name in {live.name, *joints})


def _key_kind(live: LiveTable) -> str:
    return live.columns[live.key[0]].kind


def _rank(parent: LiveTable, live: LiveTable, key: ForeignKey) -> tuple[bool, bool, bool, bool]:
    """Order references by how likely they say whose a row is."""
    owner = f"{guess.singular(parent.name)}_id"
    return (
        key.on_delete == NAMED_ONLY,
        guess.merely_acted(key.columns),
        "_".join(guess.words(key.columns[0])) != owner,
        nullable(live, key),
    )


def _first(parent: Entry, live: LiveTable, key: ForeignKey) -> Entry:
    """Return the entry of a table found for the first time."""
    may_stay, acted = nullable(live, key), guess.merely_acted(key.columns)
    entry = Entry(live.name, live, "anonymise" if may_stay or acted else "delete", parent, key, only_cut=acted)
    column = key.columns[0]
    if key.on_delete == NAMED_ONLY:
        entry.unsure.append(f"no foreign key says that {column} leads to {parent.name}; only its name does")
    if acted and may_stay:
        entry.unsure.append(f"{column} looks like somebody who acted on the row, not whose it is: only that is cut")
    elif acted:
        entry.unsure.append(
            f'{column} may not be null, so its rows stay theirs as they are: write erase = "delete" if they should go'
        )
    elif may_stay:
        entry.unsure.append(f'{column} may be null, so rows may stay without the person: or should they go ("delete")?')
    if guess.is_of_money(live):
        entry.unsure.append('if a law makes you keep these rows, write erase = "keep" with its reason and time')
    return entry


def _holds_back(parent: Entry, key: ForeignKey, first: Entry) -> bool:
    """Tell whether rows of other people that refer to a row would keep it from going, or would go with it unasked."""
    if parent.erase != "delete" or key.on_delete == NAMED_ONLY or (first.parent is parent and first.by is key):
        return False
    return key.on_delete not in ENGINE_ACTS or (key.on_delete == "CASCADE" and first.erase != "delete")
