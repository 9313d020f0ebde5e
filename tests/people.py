"""People of the demo world, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal.accounts.models import Account, Identifier, Session
from portal.kernel import clock, crypto, tokens
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.conftest import Portal


@dataclass
class Member:
    """Somebody signed in: their browser, their account and their number as a data subject."""

    portal: Portal
    browser: Browser
    account: int
    subject: int


def member(portal: Portal, role: str, language: str = "en", *, found: bool = True) -> Member:
    """Give somebody of the cast a proven address and a session; `found`: the worker has looked for them."""
    email = portal.systems.cast[role].email or ""
    account = Account.create(language=language)
    Identifier.create(account=account, kind="email", value=email, hash=crypto.keyed_hash("email", email))
    subject, token, browser = subjects.ensure(account.id), tokens.new_token(), Browser(portal.app, language)
    fresh = clock.now() + timedelta(minutes=15)
    Session.create(account=account, digest=tokens.digest(token), device="a test", fresh_until=fresh)
    browser.client.set_cookie("session", token)
    if found:
        portal.drain()
    return Member(portal, browser, account.id, subject)
