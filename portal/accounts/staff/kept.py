"""What members typed when a proof came in between: kept for them alone, shown again, sent by nobody but them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from portal.accounts.staff.models import StaffAccount, StaffKept, StaffSession
from portal.kernel import clock, tokens
from portal.kernel.db import atomic, clear

MOST = 100_000  # characters of one form
KEPT = timedelta(hours=12)
_NEVER = frozenset({"csrf_token", "code"})  # what proves somebody is typed anew

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """A form that was not taken: the path that it was posted to, and its fields."""

    path: str
    fields: Fields


def put(token: str, path: str, fields: Sequence[tuple[str, str]]) -> None:
    """Keep what was posted with the token of a session that is idle or too old; one form a member, the newest.

    With a session that was ended, or of nobody, nothing is kept: else whoever has an old cookie could lay a form before
    a member, for them to send.
    """
    found = (
        StaffSession.select(StaffSession, StaffAccount)
        .join(StaffAccount)
        .where(StaffSession.digest == tokens.digest(token), StaffSession.ended_at.is_null())
        .first()
    )
    typed = json.dumps([path, [[name, text] for name, text in fields if name not in _NEVER]])
    if found is None or found.staff.disabled_at or len(typed) > MOST:
        return
    with atomic():
        drop(found.staff_id)
        StaffKept.create(staff=found.staff_id, typed=typed)


def of(number: int) -> Kept | None:
    """Return what a member typed last, for twelve hours."""
    row = StaffKept.get_or_none(StaffKept.staff == number, StaffKept.at > clock.now() - KEPT)
    if row is None:
        return None
    path, fields = json.loads(row.typed)
    return Kept(path, [(name, text) for name, text in fields])


def drop(number: int) -> None:
    """Forget it."""
    StaffKept.delete().where(StaffKept.staff == number).execute()


def forget_past() -> None:
    """Remove what nobody came back for."""
    clear(StaffKept, StaffKept.at <= clock.now() - KEPT)
