"""What has still to be asked of a system that was connected, and what it has answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from portal.kernel.db import run, written
from portal.subjects.models import Link

_COUNTS = "(state = 'claimed' OR (state = 'linked' AND proven_by <> 'phone'))"  # as proofs.discloses
_UNREAD = f"SELECT DISTINCT subject_id FROM links WHERE source = ? AND read_at IS NULL AND {_COUNTS} LIMIT ?"  # noqa: S608
_UNREAD_OF = f"SELECT 1 FROM links WHERE source = ? AND subject_id = ? AND read_at IS NULL AND {_COUNTS}"  # noqa: S608
_KNOWN_LATE = """INSERT INTO lookups (identifier_id, source, found, at) SELECT i.id, ?, 0, ? FROM identifiers i
WHERE i.due_at IS NULL AND NOT EXISTS (SELECT 1 FROM lookups l WHERE l.identifier_id = i.id AND l.source = ?) LIMIT ?"""


def unread(source: str, limit: int) -> list[int]:
    """Return who was found in a system whose own settings of them have still to be read."""
    return [subject for (subject,) in run(_UNREAD, source, limit).fetchall()]


def unread_of(subject: int, source: str) -> bool:
    """Tell whether those of one person have."""
    return run(_UNREAD_OF, source, subject).fetchone() is not None


def mark_read(subjects: Collection[int], source: str, at: datetime) -> None:
    """Note that they were read."""
    mine = (Link.subject << list(subjects)) & (Link.source == source) & Link.read_at.is_null()
    Link.update(read_at=at).where(mine).execute()


def not_there(source: str, at: datetime, limit: int) -> int:
    """Note of addresses that a system was asked about as a whole that nobody there has them; return of how many."""
    return int(run(_KNOWN_LATE, source, written(at), source, limit).rowcount)
