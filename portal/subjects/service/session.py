"""Who a request is from: the person that a session belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.accounts import service as accounts
from portal.accounts.models import Session as SessionRow
from portal.kernel import clock, tokens
from portal.subjects.models.session import session_row, systems_in
from portal.subjects.service.persons import ensure

_SEEN_EVERY = 600  # seconds between two notes that a session is in use


@dataclass
class SignedIn:
    """The person of a request. `memo` keeps what one request needs more than once.

    For menu and banners it has from the start what came with the session: see `SessionRow` for its keys.
    """

    account_id: int
    token: str
    fresh_until: datetime
    language: str | None
    _subject: int | None
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def subject_id(self) -> int:
        """Return the data subject that this account is."""
        if self._subject is None:
            self._subject = ensure(self.account_id)
        return self._subject


def signed_in(token: str | None) -> SignedIn | None:
    """Return whom a session token belongs to; None when it is unknown, ended, or too long idle or old."""
    row = session_row(tokens.digest(token)) if token else None
    if not token or row is None:
        return None
    now = clock.now()
    if row.seen_at <= now - accounts.IDLE or row.created_at <= now - accounts.LONGEST:
        return None
    if (now - row.seen_at).total_seconds() > _SEEN_EVERY:
        SessionRow.update(seen_at=now).where(SessionRow.id == row.id).execute()
    came_along = {
        "choices": row.choices,
        "reach": row.reach,
        "systems": systems_in(row.reach),
        "requests": row.requests,
        "unread": row.unread,
        "read_of": row.read_of,
    }
    return SignedIn(row.account, token, row.fresh_until, row.language, row.subject, came_along)
