"""The browsers in which somebody is signed in: begun, listed, ended (RULES A3)."""

from __future__ import annotations

from typing import Any

from portal.accounts import alarms
from portal.accounts.models import Account, Session
from portal.accounts.persons import number_of
from portal.accounts.spans import FRESH, IDLE, LONGEST
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound

audit.declare("accounts.signed_in")
audit.declare("accounts.sessions_ended", "count")


def begin(account: Account, device: str, place: str = "") -> str:
    """Open a session and return its token; a device that was not used before is told of on every channel."""
    token = tokens.new_token()
    with atomic():
        before = Session.select(Session.device).where(Session.account == account).distinct()
        known = {row.device for row in before}
        fresh = clock.now() + FRESH
        Session.create(account=account, digest=tokens.digest(token), device=device, place=place, fresh_until=fresh)
        audit.record("accounts.signed_in", subject=number_of(account.id))
        if known and device not in known:
            alarms.tell(account.id, "signed in", device)
    return token


def live(account_id: int) -> list[Session]:
    """Return the sessions of an account that still open it, the one used last first."""
    return list(Session.select().where(_live(account_id)).order_by(Session.seen_at.desc(), Session.id.desc()))


def is_of(session: Session, token: str) -> bool:
    """Tell whether a session is the one of this token."""
    return bool(session.digest == tokens.digest(token))


def end(account_id: int, session_id: int) -> None:
    """End one session of an account; NotFound for anybody else's. Ending it twice is harmless."""
    if not Session.select().where(Session.account == account_id, Session.id == session_id).exists():
        raise NotFound
    _end(account_id, Session.id == session_id)


def end_others(account_id: int, keep_token: str) -> int:
    """End every session but the one of this token; return how many."""
    return _end(account_id, Session.digest != tokens.digest(keep_token))


def end_all(account_id: int) -> int:
    """End every session of an account; return how many."""
    return _end(account_id, Session.account == account_id)


def _end(account_id: int, which: Any) -> int:
    with atomic():
        ended = Session.update(ended_at=clock.now()).where(_live(account_id), which).execute()
        if ended:
            audit.record("accounts.sessions_ended", subject=number_of(account_id), count=ended)
    return int(ended)


def _live(account_id: int) -> Any:
    now = clock.now()
    in_time = (Session.seen_at > now - IDLE) & (Session.created_at > now - LONGEST)
    return (Session.account == account_id) & Session.ended_at.is_null() & in_time
