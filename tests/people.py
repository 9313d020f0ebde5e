"""People of the demo world and members of the staff, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from portal.accounts.models import Account, Identifier, Session
from portal.accounts.staff import sessions, totp
from portal.accounts.staff.models import StaffAccount
from portal.kernel import clock, crypto, tokens
from portal.kernel.roles import Role
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


@dataclass
class StaffMember:
    """A member of the staff, signed in with both factors a moment ago: their browser, number, address and secret."""

    portal: Portal
    browser: Browser
    number: int
    email: str
    name: str
    role: Role
    secret: str

    def code(self) -> str:
        """Return what their authenticator shows now."""
        return totp.code_at(self.secret, totp.step_of(clock.now()))


def staff(portal: Portal, role: Role, name: str = "", language: str = "en") -> StaffMember:
    """Add a member of the staff in a role and sign them in; `name` tells several of one role apart."""
    name = name or {"admin": "Ann Admin", "approver": "Paul Approver", "staff": "Sam Staff"}[role]
    email, secret, browser = f"{name.split()[0].lower()}.{role}@staff.example", totp.new_secret(), Browser(portal.app)
    member = StaffAccount.create(
        email=email,
        hash=crypto.keyed_hash("staff", email),
        name=name,
        role=role,
        language=language,
        totp_secret=secret,
        confirmed_at=clock.now(),
    )
    browser.client.set_cookie("staff", sessions.begin(member, "a test"))
    return StaffMember(portal, browser, member.id, email, name, role, secret)
