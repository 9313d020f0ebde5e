"""Bringing all that lies encrypted under the newest key, so that an old key may go.

Each value is replaced by itself where it still is what was read, so the portal goes on meanwhile and nobody's change
is lost; whoever is killed begins again and finds less to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import peewee
from cryptography.exceptions import InvalidTag

from portal.kernel import clock, crypto
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField, atomic, database, run, tables

CHUNK = 100  # rows of one transaction, for no other writer may wait longer than 50 ms (DESIGN §4.6)
LINKS = timedelta(days=60)  # for so long a link in a mail has to open (RULES M7), and it is sealed with the key


class ReplacedKey(Model):
    """An encryption key that is no longer the newest, by its name in hex, and since when nothing is sealed with it."""

    name = peewee.CharField(8, primary_key=True)
    replaced_at = MomentField()

    class Meta:
        table_name = "replaced_keys"
        whose = None
        erasure = None


class Key(NamedTuple):
    """How a key stands: its name in hex, how many values of the tables are under it, and since when it is not used.

    `is_known`: PORTAL_ENCRYPTION_KEYS has it; what is under one that it has not cannot be read.
    """

    name: str
    values: int
    is_known: bool
    replaced_at: datetime | None

    @property
    def may_go_at(self) -> datetime | None:
        """Return from when on nothing needs it, None as long as something does."""
        return self.replaced_at + LINKS if self.replaced_at and not self.values else None


class Moved(NamedTuple):
    """What was done in one table: values brought under the newest key, and those that no key opens."""

    table: str
    values: int
    unreadable: int


def standing() -> list[Key]:
    """Count what is under each key, the newest key first, those that nobody has at the end."""
    counted: Counter[bytes] = Counter()
    for field in _fields():
        for name, values in run(
            _sql(field, "SELECT {name}, COUNT(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1")
        ):
            counted[bytes(name)] += values
    replaced = {row.name: row.replaced_at for row in ReplacedKey.select()}
    known = crypto.key_names()
    names = [*known, *sorted(counted.keys() - set(known))]
    return [Key(name.hex(), counted[name], name in known, replaced.get(name.hex())) for name in names]


def rotate() -> Iterator[Moved]:
    """Bring every value under the newest key, table by table, and note since when the others seal nothing more."""
    came_from: Counter[bytes] = Counter()
    for field in _fields():
        before = came_from.total()
        unreadable = _move(field, came_from)
        yield Moved(field.context, came_from.total() - before, unreadable)
    newest, *others = crypto.key_names()
    with atomic():
        ReplacedKey.delete().where(ReplacedKey.name == newest.hex()).execute()
        for name in others:
            _note(name.hex(), again=bool(came_from[name]))


def _note(name: str, *, again: bool) -> None:
    """Note that a key seals nothing from now on; what it sealed since it was noted counts from now."""
    row = ReplacedKey.insert(name=name, replaced_at=clock.now())
    if again:
        row.on_conflict(conflict_target=[ReplacedKey.name], update={"replaced_at": clock.now()}).execute()
    else:
        row.on_conflict_ignore().execute()


def _fields() -> list[EncryptedField]:
    return [field for model in tables() for field in model._meta.sorted_fields if isinstance(field, EncryptedField)]


def _move(field: EncryptedField, came_from: Counter[bytes]) -> int:
    """Bring one column under the newest key, and return how many of its values no key opens."""
    unreadable, last = 0, 0
    rows = _sql(field, "SELECT {key}, {column} FROM {table} WHERE {name} <> ? AND {key} > ? ORDER BY {key} LIMIT ?")
    newest = database.get_binary_type()(crypto.key_names()[0])
    while found := run(rows, newest, last, CHUNK).fetchall():
        last = found[-1][0]
        with atomic():
            for number, value in found:
                unreadable += not _reseal(field, number, bytes(value), came_from)
    return unreadable


def _reseal(field: EncryptedField, number: Any, sealed: bytes, came_from: Counter[bytes]) -> bool:
    try:
        anew = crypto.encrypt(crypto.decrypt(sealed, field.context), field.context)
    except (KeyError, InvalidTag):
        return False
    binary = database.get_binary_type()
    update = _sql(field, "UPDATE {table} SET {column} = ? WHERE {key} = ? AND {column} = ?")
    came_from[sealed[: crypto.NAME]] += run(update, binary(anew), number, binary(sealed)).rowcount
    return True


def _sql(field: EncryptedField, statement: str) -> str:
    meta = field.model._meta
    column = f'"{field.column_name}"'
    return statement.format(
        table=f'"{meta.table_name}"',
        column=column,
        key=f'"{meta.primary_key.column_name}"',
        name=f"substr({column}, 1, {crypto.NAME})",
    )
