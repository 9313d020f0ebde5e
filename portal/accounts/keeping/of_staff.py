"""What members of the staff typed: a page of its own shows the newest again, for twelve hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from portal.accounts import keeping
from portal.accounts.keeping import Kept, Owner
from portal.accounts.keeping.models import KeptForm
from portal.accounts.staff.models import StaffAccount, StaffSession
from portal.kernel import tokens

LIFE = timedelta(hours=12)


def put(token: str, path: str, typed: Iterable[tuple[str, str]]) -> None:
    """Keep what was posted to a path with the token of a session that is idle or too old.

    With a session that was ended, or of nobody, nothing is kept: else whoever has an old cookie could lay a form before
    a member, for them to send.
    """
    found = (
        StaffSession.select(StaffSession, StaffAccount)
        .join(StaffAccount)
        .where(StaffSession.digest == tokens.digest(token), StaffSession.ended_at.is_null())
        .first()
    )
    if found is not None and not found.staff.disabled_at:
        keeping.keep(_owner(found.staff_id), path, typed)


def latest(number: int) -> Kept | None:
    """Return what a member typed last."""
    return keeping.find(_owner(number))


def drop(number: int) -> None:
    """Forget all that a member typed."""
    keeping.let_go(_owner(number))


def _owner(number: int) -> Owner:
    return Owner(KeptForm.staff, number, LIFE)
