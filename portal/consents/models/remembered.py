"""What addresses said whose holders are not known yet, or not any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee

from portal.kernel import clock
from portal.kernel.db import Model, MomentField, insert_of, run


class Remembered(Model):
    """What an address said whose holder is not known yet, or not any more, by keyed hashes alone.

    `hash` is that of a proven address, `told` the one by which programs name people, `mark` what makes a second import
    of the same line nothing. `is_no`: it has to be heeded before anybody comes. A row that `moved` is in the ledger of
    whoever came; `followed` tells whether senders have been told of it as it is.
    """

    kind = peewee.CharField(16)
    hash = peewee.CharField(80, index=True)
    told = peewee.CharField(64, index=True)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)
    is_no = peewee.BooleanField()
    cause = peewee.CharField(16)
    origin = peewee.CharField(64)
    said_at = MomentField(null=True)
    at = MomentField(default=clock.now)
    language = peewee.CharField(8)
    wording = peewee.TextField()
    notice = peewee.CharField(32)
    notice_version = peewee.CharField(32)
    mark = peewee.CharField(64, unique=True)
    moved = peewee.BooleanField(default=False)
    followed = peewee.BooleanField(default=False, index=True)

    class Meta:
        table_name = "remembered"
        whose = None
        erasure = None


_KEPT = "INSERT INTO remembered ({}) VALUES {} ON CONFLICT (mark) DO NOTHING RETURNING id"
_NEWCOMERS = """SELECT DISTINCT u.id, r.hash FROM remembered r
JOIN identifiers i ON i.kind = r.kind AND i.hash = r.hash JOIN subjects u ON u.account_id = i.account_id
WHERE NOT r.moved LIMIT ?"""


def keep(rows: Sequence[dict[str, Any]]) -> int:
    """Remember rows that have the same columns, each once; return how many are new. Written out: files are long."""
    statement = insert_of(_KEPT, tuple(rows[0]), len(rows))
    return len(run(statement, *(value for row in rows for value in row.values())).fetchall())


def newcomers(limit: int) -> list[tuple[int, str]]:
    """Return subject and hash of who proved an address of which something is remembered."""
    return list(run(_NEWCOMERS, limit).fetchall())
