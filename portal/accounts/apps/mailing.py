"""Out of an app into a browser: an address that is mailed, opens once, and waits for a button (RULES A2)."""

from __future__ import annotations

from portal import config
from portal.accounts import service
from portal.accounts.apps.handing import ANSWER_LIFE, Over, Taken, Visit, open_session, spend
from portal.accounts.apps.models import Handoff
from portal.kernel import clock, limits, tokens
from portal.kernel.db import atomic
from portal.notices import messages

MAILED = "mailed"
PER_ACCOUNT = "6/hour"


def send_on(account_id: int, page: str) -> None:
    """Mail somebody an address at which they go on in a browser; raises NoMailbox, TooManyTries."""
    to = service.recipient(account_id)
    if to is None:
        raise service.NoMailbox
    limits.hit(PER_ACCOUNT, "link into a browser", str(account_id))
    token = tokens.new_token()
    fits = page if len(page) <= Handoff.page.max_length else ""
    with atomic():
        Handoff.create(
            account=account_id,
            digest=tokens.digest(token),
            external_id="",
            external_hash="",
            page=fits or "/overview",
            state=MAILED,
            expires_at=clock.now() + ANSWER_LIFE,
        )
        url = f"{config.site().base_url}/continue/{token}"
        minutes = int(ANSWER_LIFE.total_seconds() // 60)
        messages.continue_here(to, f"continue:{tokens.digest(token)}", url, minutes)


def mailed_to(token: str) -> str:
    """Return the address that a mailed link belongs to; raises Over."""
    in_time = (Handoff.state == MAILED) & (Handoff.expires_at > clock.now())
    row: Handoff | None = Handoff.get_or_none(Handoff.digest == tokens.digest(token), in_time)
    to = service.recipient(row.account_id or 0) if row else None
    if row is None or to is None or _is_distrusted(row):
        raise Over
    return to.address


def follow(token: str, visit: Visit) -> Taken:
    """Go on in a browser by a mailed link, once; it proves the mailbox, and nothing that must be fresh. Raises Over."""
    mailed_to(token)
    row = spend(token, MAILED)
    return open_session(row, row.account_id or 0, visit)


def _is_distrusted(row: Handoff) -> bool:
    since = service.distrusted(row.account_id or 0)
    return since is not None and row.created_at <= since
