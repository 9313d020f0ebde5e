"""Telling browsers that there is something new: asked for by a tap, one row a browser, nothing personal in it.

The row is due while there is news for its browser. Whatever was new in between, one push says it all, for it says no
more than that and where to look.
"""

from __future__ import annotations

import json
from binascii import Error
from http.client import HTTPException
from typing import Any

import structlog

from portal import config
from portal.kernel import clock, crypto
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.kernel.work import Claim, wake_table
from portal.notices.models import Message, PushSubscription
from portal.notices.push import carrying, sealing, vapid
from portal.notices.push.carrying import is_known
from portal.web import words

__all__ = [
    "NotAPushAddress",
    "forget",
    "forget_others",
    "is_known",
    "listed",
    "news",
    "offered",
    "remove",
    "renew",
    "subscribe",
]

PLACE = "/inbox"
MOST = 20  # browsers of one account; the oldest makes room
_SAID = N_("There is something new in your privacy portal.")
_TRIES = 8  # about ten minutes; the next news is another occasion

log = structlog.get_logger()


class NotAPushAddress(Problem):
    """What a browser brought is no subscription that we can send to."""

    status, code = 422, "not-a-push-address"
    say = N_("This browser named a push service that we do not know, so it cannot be told.")
    then = N_("You find everything here all the same, and by e-mail.")


def offered() -> bool:
    """Tell whether the operator has set a key; without one nobody is asked."""
    return bool(config.active().push_key)


def listed(account: int) -> list[PushSubscription]:
    """Return the browsers of an account that are told, the newest first."""
    mine = PushSubscription.account == account
    return list(PushSubscription.select().where(mine).order_by(PushSubscription.id.desc()))


def subscribe(account: int, session: tuple[int, str], device: str, language: str, sent: dict[str, str]) -> None:
    """Let a browser be told from now on; once more for the same one replaces what was there, whosever that was.

    `session` is the number of the session and the hash of the browser's mark; `sent` has what the Push API gave:
    `endpoint`, `p256dh` and `auth`. Raises NotAPushAddress.
    """
    endpoint, public, auth = (sent.get(name, "") for name in ("endpoint", "p256dh", "auth"))
    if not offered() or not is_known(endpoint) or not _is_sound(public, auth):
        raise NotAPushAddress
    hashes = crypto.keyed_hashes("push", endpoint)
    with atomic():
        PushSubscription.delete().where(PushSubscription.endpoint_hash << hashes).execute()
        forget(account, *session)
        for old in listed(account)[MOST - 1 :]:
            old.delete_instance()
        PushSubscription.create(
            account=account, session=session[0], browser_hash=session[1], device=device, language=language,
            endpoint=endpoint, endpoint_hash=hashes[0], public_key=public, auth=auth, sender=vapid.public_key(),
            due_at=None,
        )  # fmt: skip


def renew(account: int, session: tuple[int, str], sent: dict[str, str]) -> None:
    """Tell a browser at its new address, as the push service changed it; raises NotFound for one that is not told.

    Only somebody's tap lets a browser be told: who signs in where another person was must not come by it so.
    """
    mine = (PushSubscription.account == account) & _is_browser(*session)
    known = PushSubscription.get_or_none(mine)
    if known is None:
        raise NotFound
    subscribe(account, session, known.device, known.language, sent)


def remove(account: int, number: int) -> None:
    """Tell a browser no more; raises NotFound for anybody else's."""
    mine = (PushSubscription.account == account) & (PushSubscription.id == number)
    if not PushSubscription.delete().where(mine).execute():
        raise NotFound


def forget(account: int, session: int, browser: str) -> None:
    """Tell the browser of a session no more, inside a transaction: it was signed out."""
    PushSubscription.delete().where(PushSubscription.account == account, _is_browser(session, browser)).execute()


def forget_others(account: int, session: int | None = None, browser: str = "") -> None:
    """Tell no browser of an account any more but that of one session, inside a transaction."""
    mine = PushSubscription.account == account
    others = mine & ~_is_browser(session, browser) if session is not None else mine
    PushSubscription.delete().where(others).execute()


def news(account: int | None) -> None:
    """Let the browsers of an account be told that there is something new, inside a transaction."""
    if account is None or not offered():
        return
    now = clock.now()
    if PushSubscription.update(news_at=now, due_at=now).where(PushSubscription.account == account).execute():
        wake_table(PushSubscription)


def tell(claim: Claim[PushSubscription]) -> None:
    """Tell one browser; an address that has ended goes, and so does one that another key of ours was shown to."""
    browser = claim.row
    if not offered() or browser.sender != vapid.public_key() or not is_known(browser.endpoint):
        return _end(claim)
    try:
        carrying.carry(browser.endpoint, _sealed(browser))
    except carrying.Over:
        return _end(claim)
    except carrying.Refused as problem:
        log.warning("push refused", status=str(problem))
        _told(claim, "failed")
    except (OSError, HTTPException):
        if browser.attempts < _TRIES:
            raise
        _told(claim, "failed")
    else:
        _told(claim, "sent")
    return None


def payload(language: str) -> bytes:
    """Return what is said, the same to everybody: that there is something new, and where."""
    site = config.site()
    said = {"title": f"{site.name} {site.product}", "body": words.of(language, site.timezone).say(_SAID), "url": PLACE}
    return json.dumps(said, ensure_ascii=False).encode()


def _sealed(browser: PushSubscription) -> bytes:
    return sealing.seal(payload(browser.language), vapid.decoded(browser.public_key), vapid.decoded(browser.auth))


def _told(claim: Claim[PushSubscription], state: str) -> None:
    """Record it in the inbox; what became news meanwhile stays due."""
    browser, now = claim.row, clock.now()
    with claim.step(told_at=now, attempts=0):
        same = (PushSubscription.id == browser.id) & (PushSubscription.news_at == browser.news_at)
        PushSubscription.update(due_at=None).where(same).execute()
        Message.create(
            kind="news", channel="push", account=browser.account, cause=f"news:{browser.id}:{browser.fence}",
            language=browser.language, address_hash="", masked=browser.device, kept="{}", state=state, sent_at=now,
            read_at=now, due_at=None,
        )  # fmt: skip


def _end(claim: Claim[PushSubscription]) -> None:
    with claim.step():
        PushSubscription.delete().where(PushSubscription.id == claim.row.id).execute()


def _is_sound(public: str, auth: str) -> bool:
    try:
        return sealing.is_sound(vapid.decoded(public), vapid.decoded(auth))
    except (Error, ValueError):
        return False


def _is_browser(session: int | None, browser: str) -> Any:
    same = PushSubscription.session == session
    return same | (PushSubscription.browser_hash == browser) if browser else same
