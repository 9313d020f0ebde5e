"""People of the demo world, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

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
    email: str


Kind = TypeVar("Kind", bound=Member)


def member(portal: Portal, who: str, language: str = "en", *, found: bool = True) -> Member:
    """Give somebody, of the cast or at an address, a proven address and a session; see `made`."""
    return made(Member, portal, who, language, found=found)


def made(kind: type[Kind], portal: Portal, who: str, language: str = "en", *, found: bool = True) -> Kind:
    """Give somebody a proven address and a session confirmed a moment ago; `found`: the worker has looked for them."""
    role = portal.systems.cast.get(who)
    email = (role.email or "") if role else who
    account = Account.create(language=language)
    Identifier.create(account=account, kind="email", value=email, hash=crypto.keyed_hash("email", email))
    subject, token, browser = subjects.ensure(account.id), tokens.new_token(), Browser(portal.app, language)
    fresh = clock.now() + timedelta(minutes=15)
    Session.create(account=account, digest=tokens.digest(token), device="a test", fresh_until=fresh)
    browser.client.set_cookie("session", token)
    if found:
        portal.drain()
    return kind(portal, browser, account.id, subject, email)
