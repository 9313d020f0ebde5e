"""The browsers in which somebody is signed in: begun, listed, ended (RULES A3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.accounts import alarms
from portal.accounts.models import Account, Session
from portal.accounts.persons import number_of
from portal.accounts.spans import FRESH, IDLE, LONGEST
from portal.kernel import audit, clock, crypto, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.notices import push

audit.declare("accounts.signed_in")
audit.declare("accounts.sessions_ended", "count")


def begin(account: Account, device: str, place: str = "", mark: str = "", fresh_until: datetime | None = None) -> str:
    """Open a session and return its token; a browser that was not here before is told of on every channel.

    A browser is known by its mark. Its words (Chrome, Android) are those of half of all phones, so they count only
    where no mark was asked for. `fresh_until`: where the person was not proven just now, until when that counts.
    """
    token, hashes = tokens.new_token(), _hashes(account, mark)
    with atomic():
        before = list(Session.select().where(Session.account == account))
        Session.create(
            account=account,
            digest=tokens.digest(token),
            device=device,
            browser_hash=hashes[0] if hashes else None,
            place=place,
            fresh_until=fresh_until or clock.now() + FRESH,
        )
        audit.record("accounts.signed_in", subject=number_of(account.id))
        if before and not any(_is_same(session, device, hashes) for session in before):
            alarms.tell(account.id, "signed in", device)
    return token


def mark_of_app(external_id: str) -> str:
    """Return by what the app of somebody is known, wherever the cookies of its webview went."""
    return tokens.derived("app", external_id)


def change_over(token: str, fresh_until: datetime | None) -> str:
    """Give a session another token (ASVS 7.2.4), inside a transaction; a proof counts if it is the newer one."""
    mine = (Session.digest == tokens.digest(token)) & Session.ended_at.is_null()
    fresh = tokens.new_token()
    Session.update(digest=tokens.digest(fresh)).where(mine).execute()
    if fresh_until:
        newer = (Session.digest == tokens.digest(fresh)) & (Session.fresh_until < fresh_until)
        Session.update(fresh_until=fresh_until).where(newer).execute()
    return fresh


def _hashes(account: Account, mark: str) -> list[str]:
    return crypto.keyed_hashes("browser", f"{account.id}\0{mark}") if mark else []


def _is_same(session: Session, device: str, hashes: list[str]) -> bool:
    if session.browser_hash is None or not hashes:
        return session.browser_hash != "" and bool(session.device == device)
    return session.browser_hash in hashes


def live(account_id: int) -> list[Session]:
    """Return the sessions of an account that still open it, the one used last first."""
    return list(Session.select().where(_live(account_id)).order_by(Session.seen_at.desc(), Session.id.desc()))


def is_of(session: Session, token: str) -> bool:
    """Tell whether a session is the one of this token."""
    return bool(session.digest == tokens.digest(token))


def browser_of(token: str) -> tuple[int, str] | None:
    """Return the number of a session and the hash of its browser's mark, "" where that is not known."""
    session = Session.get_or_none(Session.digest == tokens.digest(token))
    return (session.id, session.browser_hash or "") if session else None


def end(account_id: int, session_id: int) -> None:
    """End one session of an account; NotFound for anybody else's. Ending it twice is harmless."""
    session = Session.get_or_none(Session.account == account_id, Session.id == session_id)
    if session is None:
        raise NotFound
    with atomic():
        push.forget(account_id, session.id, session.browser_hash or "")
        _end(account_id, Session.id == session_id)


def end_others(account_id: int, keep_token: str) -> int:
    """End every session but the one of this token; return how many."""
    with atomic():
        push.forget_others(account_id, *(browser_of(keep_token) or ()))
        return _end(account_id, Session.digest != tokens.digest(keep_token))


def end_all(account_id: int) -> int:
    """End every session of an account and know none of its browsers any more; return how many were open."""
    with atomic():
        push.forget_others(account_id)
        Session.update(browser_hash="").where(Session.account == account_id).execute()
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
