"""The browsers in which members of the staff are signed in: short, listed, ended (RULES A3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.staff.models import StaffAccount, StaffSession
from portal.accounts.staff.spans import FRESH, idle, longest
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import NotFound
from portal.kernel.roles import Role

_SEEN_EVERY = timedelta(seconds=60)

audit.declare("staff.signed_in", "role")
audit.declare("staff.sessions_ended", "count")


@dataclass(frozen=True)
class SignedIn:
    """The member of the staff of a request; of the people's side it is nobody."""

    number: int
    session_id: int
    name: str
    role: Role
    token: str
    fresh_until: datetime
    language: str | None
    account_id: None = None
    subject_id: int = 0
    memo: dict[str, Any] = field(default_factory=dict)


def actor(number: int) -> str:
    """Return how the log names a member: by number."""
    return f"staff:{number}"


def signed_in(token: str | None) -> SignedIn | None:
    """Return whom a token belongs to; None when the session is over, or its member disabled or without a factor."""
    row = _load(token) if token else None
    if not token or row is None:
        return None
    now, member = clock.now(), row.staff
    if now - row.seen_at > _SEEN_EVERY:
        StaffSession.update(seen_at=now).where(StaffSession.id == row.id).execute()
    return SignedIn(member.id, row.id, member.name, member.role, token, row.fresh_until, member.language)


def _load(token: str) -> Any:
    this = StaffSession.digest == tokens.digest(token)
    usable = StaffAccount.disabled_at.is_null() & StaffAccount.confirmed_at.is_null(False)
    return StaffSession.select(StaffSession, StaffAccount).join(StaffAccount).where(this, usable, _live()).first()


def begin(member: StaffAccount, device: str, place: str = "") -> str:
    """Open a session whose member has just shown both factors; return its token."""
    token = tokens.new_token()
    with atomic():
        fresh = clock.now() + FRESH
        StaffSession.create(staff=member, digest=tokens.digest(token), device=device, place=place, fresh_until=fresh)
        audit.record("staff.signed_in", actor=actor(member.id), role=member.role)
    return token


def renew(session_id: int) -> str:
    """Give a session whose member has just shown the second factor another while, under a new token; return that."""
    token = tokens.new_token()
    changes = {"digest": tokens.digest(token), "fresh_until": clock.now() + FRESH}
    StaffSession.update(changes).where(StaffSession.id == session_id, StaffSession.ended_at.is_null()).execute()
    return token


def live(number: int) -> list[StaffSession]:
    """Return the sessions of a member that are not over, the one used last first."""
    mine = StaffSession.select().where(StaffSession.staff == number, _live())
    return list(mine.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc()))


def end(number: int, session_id: int) -> None:
    """End one session of a member; NotFound for anybody else's. Ending it twice is harmless."""
    mine = (StaffSession.staff == number) & (StaffSession.id == session_id)
    if not StaffSession.select().where(mine).exists():
        raise NotFound
    _end(number, mine)


def end_all(number: int, but: int = 0) -> int:
    """End every session of a member, but for one; return how many."""
    return _end(number, (StaffSession.staff == number) & (StaffSession.id != but))


def _end(number: int, which: Any) -> int:
    with atomic():
        ended = int(StaffSession.update(ended_at=clock.now()).where(which, _live()).execute())
        if ended:
            audit.record("staff.sessions_ended", actor=actor(number), count=ended)
    return ended


def forget_past() -> None:
    """Remove sessions that are over for good."""
    clear(StaffSession, StaffSession.created_at <= clock.now() - longest())


def _live() -> Any:
    now = clock.now()
    in_time = (StaffSession.seen_at > now - idle()) & (StaffSession.created_at > now - longest())
    return StaffSession.ended_at.is_null() & in_time
