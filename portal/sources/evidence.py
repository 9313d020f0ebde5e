"""Files that show what staff found or did by hand: in the store of the archives, encrypted, never shown in place.

Each has a key of its own in its row: when the row goes nobody can read the file any more, and the chore that takes it
out of the store may come later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from portal import config
from portal.kernel import audit, clock, crypto, failpoints, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.kernel.storage import Store, open_store
from portal.sources.models import ChecklistFile, ChecklistItem

FOLDER = "by-hand/"
ARRIVES = timedelta(hours=1)  # what has not arrived whole by then never will
Made = tuple[str, str, bytes]  # media type, ending and content of a file that was made harmless

audit.declare("sources.evidence_shown", "source", "table", "purpose", "number")


def lay(item: ChecklistItem, files: Sequence[Made]) -> list[int]:
    """Write files into the store, and return their numbers: they are there once `arrived` says so."""
    return [_lay(item, *made) for made in files]


def arrived(numbers: Collection[int]) -> None:
    """Let files be seen, in the present transaction."""
    ChecklistFile.update(state="kept").where(ChecklistFile.id << list(numbers)).execute()


def of(items: Collection[ChecklistItem]) -> list[ChecklistFile]:
    """Return the files of some items, the oldest first."""
    mine = ChecklistFile.item.in_([item.id for item in items])
    return list(ChecklistFile.select().where(mine, ChecklistFile.state == "kept").order_by(ChecklistFile.id))


def hand_out(item: ChecklistItem, number: int, staff: int) -> tuple[ChecklistFile, Iterator[bytes]]:
    """Return a file of an item and its content, and log who looked at it; NotFound where it is not, or no more."""
    row = next((one for one in of([item]) if one.id == number), None)
    if row is None:
        raise NotFound
    with atomic():
        keys: dict[str, Any] = {"source": item.source, "table": item.table, "purpose": item.purpose, "number": number}
        audit.record("sources.evidence_shown", actor=f"staff:{staff}", **keys)
    return row, crypto.unsealed(row.key, store().read(row.file))


def forget(items: Collection[int]) -> None:
    """Let the files of some items go, in the present transaction: with their keys nobody can read them."""
    ChecklistFile.delete().where(ChecklistFile.item << list(items)).execute()


def forget_strays() -> None:
    """Take out of the store what no row names, and what never arrived whole."""
    late = (ChecklistFile.state == "arriving") & (ChecklistFile.at < clock.now() - ARRIVES)
    with atomic():
        ChecklistFile.delete().where(late).execute()
    for name in list(store().names(FOLDER)):
        if not ChecklistFile.select().where(ChecklistFile.file == name).exists():
            store().delete(name)


def store() -> Store:
    """Return where the files lie: the store of the archives."""
    return _opened(config.active().archives_url)


def _lay(item: ChecklistItem, media_type: str, ending: str, data: bytes) -> int:
    """Write the row first, so that no file can lie in the store unknown."""
    row = ChecklistFile.create(
        item=item,
        media_type=media_type,
        ending=ending,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        file=f"{FOLDER}{tokens.new_token()}",
        key=crypto.new_key(),
    )
    failpoints.point("by hand: before write")
    store().write(row.file, crypto.sealed(row.key, [data]))
    failpoints.point("by hand: after write")
    return int(row.id)


@lru_cache(maxsize=4)
def _opened(url: str) -> Store:
    return open_store(url)
