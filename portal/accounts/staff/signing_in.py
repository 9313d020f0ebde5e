"""Signing in: a mailed code, then the second factor. The web process never looks an address up (RULES R3, A2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.accounts.addresses import WrongCode, normal
from portal.accounts.staff import factors, sessions
from portal.accounts.staff.models import StaffAccount, StaffChallenge
from portal.accounts.staff.notes import reader
from portal.accounts.staff.spans import CODE_LIFE, TRIES
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import N_, Problem
from portal.kernel.work import Claim
from portal.notices import messages

PER_ADDRESS, PER_NETWORK = "6/hour", "60/hour"
HASHED = "staff"  # apart from people's addresses: the same address there hashes to something else
_LONGEST_WAY = 255

audit.declare("staff.code_asked")
audit.declare("staff.signed_out")


class AttemptOver(Problem):
    """The attempt to sign in is too old, was tried too often, or belongs to another browser."""

    status, code = 409, "attempt-over"
    say = N_("This attempt to sign in is over.")
    then = N_("Begin again with your e-mail address.")


@dataclass(frozen=True)
class Pending:
    """How far a browser's attempt is: the code was `proven`, or is still asked for."""

    expires_at: datetime
    proven: bool


@dataclass(frozen=True)
class Opened:
    """A session just begun: its token for the cookie, where its member was going, and who that is."""

    token: str
    onward: str
    number: int


def ask_code(typed: str, network: str, onward: str) -> str:
    """Note that a code is wanted for an address; return the token of the attempt. Raises NotAnAddress, TooManyTries."""
    address, token = normal("email", typed), tokens.new_token()
    limits.hit(PER_NETWORK, "staff code by network", network)
    limits.hit(PER_ADDRESS, "staff code by address", address)
    with atomic():
        StaffChallenge.create(
            digest=tokens.digest(token),
            hashes=crypto.keyed_hashes(HASHED, address),
            onward=onward if len(onward) <= _LONGEST_WAY else "",
            expires_at=clock.now() + CODE_LIFE,
        )
        audit.record("staff.code_asked", actor="stranger")
    return token


def decide(claim: Claim[StaffChallenge]) -> None:
    """Send the code if the address is that of a member who may sign in."""
    asked = claim.row
    if asked.expires_at <= clock.now():
        claim.done(state="expired")
        return
    usable = StaffAccount.disabled_at.is_null() & StaffAccount.confirmed_at.is_null(False)
    member = StaffAccount.get_or_none(StaffAccount.hash << asked.hashes, usable)
    if member is None:
        claim.done(state="unknown")
        return
    code = tokens.new_code()
    with claim.step(state="sent", staff=member.id, code_hash=_code_hash(asked, code), due_at=None):
        minutes = int(CODE_LIFE.total_seconds() // 60)
        messages.staff_code(reader(member), f"staff code:{asked.digest}", code, minutes)


def pending(token: str) -> Pending | None:
    """Return the attempt of a browser, None when there is none or its time is over."""
    found = _found(token)
    return Pending(found.expires_at, found.state == "proven") if found else None


def prove(token: str, code: str) -> None:
    """Take the mailed code; the second factor comes next. Raises WrongCode, also for an address that nobody has."""
    found = _found(token)
    if found is None or not _try(found):
        raise WrongCode
    right = tokens.same(found.code_hash or "", _code_hash(found, code))  # the same work where none was sent
    if not right or not _move(found, "sent", "proven", tries=0):
        raise WrongCode


def sign_in(token: str, show: Callable[[int, str], None], code: str, device: str, place: str = "") -> Opened:
    """Open a session with the second factor: `show` is factors.show or factors.recover.

    Raises AttemptOver where no code was proven before, WrongFactor, TooManyTries.
    """
    found = _found(token)
    if found is None or found.state != "proven" or found.staff_id is None or not _try(found):
        raise AttemptOver
    show(found.staff_id, code)
    with atomic():
        if not _move(found, "proven", "used"):
            raise AttemptOver
        member = factors.load(found.staff_id)
        if member.disabled_at or not member.confirmed_at:
            raise AttemptOver
        return Opened(sessions.begin(member, device, place), found.onward, member.id)


def sign_out(number: int, session_id: int) -> None:
    """End a session."""
    with atomic():
        sessions.end(number, session_id)
        audit.record("staff.signed_out", actor=sessions.actor(number))


def forget_past() -> None:
    """Remove attempts that are over."""
    clear(StaffChallenge, StaffChallenge.expires_at <= clock.now())


def _found(token: str) -> StaffChallenge | None:
    this = StaffChallenge.digest == tokens.digest(token)
    found: StaffChallenge | None = StaffChallenge.get_or_none(this, StaffChallenge.expires_at > clock.now())
    return found


def _try(found: StaffChallenge) -> bool:
    """Spend one try; tell whether there was one left."""
    with atomic():
        one_more = StaffChallenge.update(tries=StaffChallenge.tries + 1)
        return bool(one_more.where(StaffChallenge.id == found.id, StaffChallenge.tries < TRIES).execute())


def _move(found: StaffChallenge, before: str, after: str, **changes: object) -> bool:
    with atomic():
        moved = StaffChallenge.update(state=after, **changes)
        return bool(moved.where(StaffChallenge.id == found.id, StaffChallenge.state == before).execute())


def _code_hash(asked: StaffChallenge, code: str) -> str:
    return crypto.keyed_hash("staff code", f"{asked.id}:{code}")
