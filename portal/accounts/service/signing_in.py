"""Sessions that a code opens or confirms, and how they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.accounts import identifiers, sessions
from portal.accounts.addresses import WrongCode
from portal.accounts.models import Account, Challenge, Identifier, Session
from portal.accounts.persons import number_of
from portal.accounts.service import codes
from portal.accounts.spans import FRESH
from portal.kernel import audit, clock, crypto, tokens
from portal.kernel.db import atomic
from portal.kernel.work import wake_table
from portal.notices import push

audit.declare("accounts.signed_out")
audit.declare("accounts.confirmed")


@dataclass(frozen=True)
class Opened:
    """A session just begun: its token for the cookie, and where the person was going."""

    token: str
    onward: str


def sign_in(token: str, code: str, device: str, place: str = "", mark: str = "") -> Opened:
    """Open a session with a code; the account is made now if there was none. Raises WrongCode, also for a replay."""
    used = codes.use(token, code)
    if used.account_id is not None:
        raise WrongCode
    with atomic():
        account = _account_of(used)
        if used.external_id is not None:
            identifiers.bind(account.id, used.external_id)
            mark = sessions.mark_of_app(used.external_id)
        return Opened(sessions.begin(account, device, place, mark), used.onward)


def confirm(session_token: str, account_id: int, token: str, code: str) -> Opened:
    """Renew a session with a code sent to its own person; it gets a new token. Raises WrongCode."""
    used = codes.use(token, code, account_id)
    with atomic():
        return Opened(renew(session_token, account_id), used.onward)


def renew(session_token: str, account_id: int) -> str:
    """Give a session whose person was just proven another while, under a new token; return the token."""
    fresh = tokens.new_token()
    Session.update(digest=tokens.digest(fresh), fresh_until=clock.now() + FRESH).where(
        Session.digest == tokens.digest(session_token), Session.ended_at.is_null()
    ).execute()
    audit.record("accounts.confirmed", subject=number_of(account_id))
    return fresh


def sign_out(token: str) -> None:
    """End a session; nothing happens if it ended before."""
    found = Session.get_or_none(Session.digest == tokens.digest(token))
    if found is None:
        return
    with atomic():
        push.forget(found.account_id, found.id, found.browser_hash or "")
        if Session.update(ended_at=clock.now()).where(Session.id == found.id, Session.ended_at.is_null()).execute():
            audit.record("accounts.signed_out", subject=number_of(found.account_id))


def distrusted(account_id: int) -> datetime | None:
    """Return the moment before which nothing counts as asked by the person: a session then was somebody else's."""
    account = Account.get_or_none(Account.id == account_id)
    return account.distrusted_at if account else None


def distrust(account_id: int) -> None:
    """Let nothing that was asked for until now be carried out, for it was not the person who asked."""
    Account.update(distrusted_at=clock.now()).where(Account.id == account_id).execute()


def _account_of(proven: Challenge) -> Account:
    hashes = crypto.keyed_hashes("email", proven.address)
    known = Identifier.get_or_none(Identifier.kind == "email", Identifier.hash << hashes)
    if known:
        Identifier.update(due_at=clock.now()).where(Identifier.id == known.id).execute()
        wake_table(Identifier)
        account: Account = known.account
        return account
    account = Account.create(
        language=proven.language,
        age_rule=proven.age_rule,
        age_confirmed_at=proven.created_at if proven.age_rule else None,
    )
    Identifier.create(account=account, kind="email", value=proven.address, hash=hashes[0])
    Challenge.update(account=account).where(Challenge.id == proven.id).execute()
    return account
