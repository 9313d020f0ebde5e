"""Single records that a copy leaves out because they are about other people: told apart by a mark, never by their text.

A mark is a keyed hash of what identifies a record: its key where the manifest names one, else all that it says. So no
table of ours holds anything of it. A record without a key that has changed since it was looked at is not found again;
then the system is not handed out, for the record might slip through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson

from portal.kernel import crypto
from portal.sources import values
from portal.sources.base import Row
from portal.sources.manifest import Table

_MARK = re.compile(r"[\w.:+/=-]{16,80}")
Records = Mapping[str, Mapping[str, tuple[str, ...]]]  # marks by system and table


def marks(source: str, table: Table, row: Row) -> list[str]:
    """Return the mark of a record of a table, then those that it may have been given under a key changed since."""
    return crypto.keyed_hashes("withheld record", _said(source, table, row))


def is_keyed(table: Table, row: Row) -> bool:
    """Tell whether a record is known by its key, whatever else changes in it."""
    return bool(table.key) and all(row.get(name) is not None for name in table.key)


def is_mark(text: str) -> bool:
    """Tell what may be a mark from anything else that a form brought."""
    return bool(_MARK.fullmatch(text))


def _said(source: str, table: Table, row: Row) -> str:
    names = table.key if is_keyed(table, row) else sorted(row)
    told = [[name, values.encode(row[name])] for name in names]
    return f"{source}.{table.name}:{orjson.dumps(told, default=str).decode()}"
