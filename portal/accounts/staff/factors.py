"""The second factor: set at a single-use address, shown at each sign-in and before acts that matter (RULES S4, A3)."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from portal.accounts.staff import sessions, totp
from portal.accounts.staff.models import RecoveryCode, StaffAccount, StaffEnrolment
from portal.accounts.staff.notes import tell
from portal.accounts.staff.sessions import actor
from portal.accounts.staff.spans import CODES, ENROLMENT_LIFE
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Gone, NotFound, Problem

PER_MEMBER = "20/hour"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # read from paper: no 0 o 1 i l

audit.declare("staff.enrolled")
audit.declare("staff.confirmed")
audit.declare("staff.recovery_used", "left")
audit.declare("staff.recovery_renewed")


class WrongFactor(Problem):
    """The second factor is not right: mistyped, of another moment, or used before. All of them look alike."""

    status, code = 422, "wrong-factor"
    say = N_("This code is not right, or it was used before.")
    then = N_("Wait until your app shows the next one, then type that.")


class EnrolmentOver(Gone):
    """The address at which a second factor is set was used, replaced, or is too old."""

    say = N_("This address for setting up sign-in is no longer valid.")
    then = N_("Ask an admin for a new one.")


def new_enrolment(member: StaffAccount) -> tuple[str, datetime]:
    """Return the token of a fresh enrolment, in place of any before, and when it ends."""
    token, until = tokens.new_token(), clock.now() + ENROLMENT_LIFE
    StaffEnrolment.delete().where(StaffEnrolment.staff == member.id).execute()
    StaffEnrolment.create(staff=member, digest=tokens.digest(token), secret=totp.new_secret(), expires_at=until)
    return token, until


def enrolment(token: str) -> StaffEnrolment:
    """Return the enrolment of a token with its member; raises EnrolmentOver, also for one made up."""
    this = StaffEnrolment.digest == tokens.digest(token)
    in_time = (StaffEnrolment.expires_at > clock.now()) & StaffAccount.disabled_at.is_null()
    found: StaffEnrolment | None = (
        StaffEnrolment.select(StaffEnrolment, StaffAccount).join(StaffAccount).where(this, in_time).first()
    )
    if found is None:
        raise EnrolmentOver
    return found


def enrol(token: str, code: str) -> list[str]:
    """Set the second factor whose code was shown; return the recovery codes. Raises EnrolmentOver, WrongFactor."""
    begun = enrolment(token)
    member, secret = begun.staff, begun.secret
    limits.hit(PER_MEMBER, "staff factor", str(member.id))
    step = totp.step_with(secret, code, clock.now(), 0)
    if step is None:
        raise WrongFactor
    with atomic():
        if not StaffEnrolment.delete().where(StaffEnrolment.id == begun.id).execute():
            raise EnrolmentOver  # somebody was quicker
        facts = {"totp_secret": secret, "totp_counter": step, "confirmed_at": clock.now()}
        StaffAccount.update(facts).where(StaffAccount.id == member.id).execute()
        sessions.end_all(member.id)
        audit.record("staff.enrolled", actor=actor(member.id))
        tell(member, "factor set")
        return _new_codes(member.id)


def show(number: int, code: str) -> None:
    """Take the code of an authenticator app once; raises WrongFactor, TooManyTries."""
    limits.hit(PER_MEMBER, "staff factor", str(number))
    member = StaffAccount.get_by_id(number)
    step = totp.step_with(member.totp_secret, code, clock.now(), member.totp_counter) if member.totp_secret else None
    if step is None:
        raise WrongFactor
    with atomic():
        first = (StaffAccount.id == number) & (StaffAccount.totp_counter < step)
        if not StaffAccount.update(totp_counter=step).where(first).execute():
            raise WrongFactor  # another request has taken it meanwhile


def confirm(number: int, session_id: int, code: str) -> str:
    """Renew a session by the second factor; return its new token. Raises WrongFactor, TooManyTries."""
    show(number, code)
    with atomic():
        audit.record("staff.confirmed", actor=actor(number))
        return sessions.renew(session_id)


def recover(number: int, code: str) -> None:
    """Take a recovery code in place of the second factor, and tell of it; raises WrongFactor, TooManyTries."""
    limits.hit(PER_MEMBER, "staff factor", str(number))
    with atomic():
        usable = (RecoveryCode.staff == number) & RecoveryCode.used_at.is_null()
        this = RecoveryCode.hash << crypto.keyed_hashes("recovery", f"{number}:{_plain(code)}")
        if not RecoveryCode.update(used_at=clock.now()).where(usable, this).execute():
            raise WrongFactor
        left = codes_left(number)
        audit.record("staff.recovery_used", actor=actor(number), left=left)
        tell(StaffAccount.get_by_id(number), "recovery used", left)


def codes_left(number: int) -> int:
    """Return how many recovery codes of a member are not used."""
    return int(RecoveryCode.select().where(RecoveryCode.staff == number, RecoveryCode.used_at.is_null()).count())


def renew_codes(number: int) -> list[str]:
    """Give a member new recovery codes in place of all before, and tell of it; they are readable here alone."""
    with atomic():
        audit.record("staff.recovery_renewed", actor=actor(number))
        tell(load(number), "recovery renewed")
        return _new_codes(number)


def load(number: int) -> StaffAccount:
    """Return a member; raises NotFound."""
    found: StaffAccount | None = StaffAccount.get_or_none(StaffAccount.id == number)
    if found is None:
        raise NotFound
    return found


def _new_codes(number: int) -> list[str]:
    codes = [_new_code() for _ in range(CODES)]
    RecoveryCode.delete().where(RecoveryCode.staff == number).execute()
    rows = [{"staff": number, "hash": crypto.keyed_hash("recovery", f"{number}:{_plain(code)}")} for code in codes]
    RecoveryCode.insert_many(rows).execute()
    return codes


def _new_code() -> str:
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(12))  # 59 bits, so that a plain keyed hash is enough
    return "-".join(drawn[place : place + 4] for place in (0, 4, 8))


def _plain(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", code.casefold())
