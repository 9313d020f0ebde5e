"""Who is a member of the staff, and what they may do: added, changed, closed, given a new second factor."""

from __future__ import annotations

from typing import Any

from portal import config
from portal.accounts.addresses import normal
from portal.accounts.staff import factors, sessions
from portal.accounts.staff.models import RecoveryCode, StaffAccount, StaffEnrolment
from portal.accounts.staff.notes import reader, tell
from portal.accounts.staff.sessions import actor
from portal.accounts.staff.signing_in import HASHED
from portal.kernel import audit, clock, crypto
from portal.kernel.db import atomic, is_sqlite
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.kernel.roles import ROLES
from portal.notices import messages

ENROL = "/staff/enrol"

audit.declare("staff.added", "member", "role")
audit.declare("staff.role_changed", "member", "role")
audit.declare("staff.disabled", "member")
audit.declare("staff.enabled", "member")
audit.declare("staff.factor_reset", "member")


class AlreadyMember(Problem):
    """The address is that of a member already, perhaps of one whose account is closed."""

    status, code = 409, "already-member"
    say = N_("There is a member of the staff with this address already.")
    then = N_("Look for them in the list. A closed account can be opened again.")


class LastAdmin(Problem):
    """Without an admin nobody could add or help anybody any more."""

    status, code = 409, "last-admin"
    say = N_("This is the last admin, so they stay one.")
    then = N_("Make somebody else an admin first.")


class OwnAccount(Problem):
    """What nobody may do to themselves, so that two people know of it."""

    status, code = 409, "own-account"
    say = N_("Nobody changes the role of their own account, or closes it.")
    then = N_("Ask another admin.")


def everybody() -> list[StaffAccount]:
    """Return all members, the first added first; names lie encrypted, so the database cannot sort them."""
    return list(StaffAccount.select().order_by(StaffAccount.disabled_at.is_null(False), StaffAccount.id))


def load(number: int) -> StaffAccount:
    """Return a member; raises NotFound."""
    return factors.load(number)


def by_email(typed: str) -> StaffAccount:
    """Return the member with an address; raises NotAnAddress, NotFound."""
    hashes = crypto.keyed_hashes(HASHED, normal("email", typed))
    found: StaffAccount | None = StaffAccount.get_or_none(StaffAccount.hash << hashes)
    if found is None:
        raise NotFound
    return found


def usable() -> Any:
    """Return the condition for members who can sign in now."""
    return StaffAccount.disabled_at.is_null() & StaffAccount.confirmed_at.is_null(False)


def add(by: str, email: str, name: str, role: str, language: str = "") -> tuple[StaffAccount, str]:
    """Add a member and mail them where they set their second factor; return them and that address.

    `by` is who adds, as the log names them. Raises NotAnAddress, AlreadyMember.
    """
    address, spoken = normal("email", email), language or config.site().languages[0]
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}")
    hashes = crypto.keyed_hashes(HASHED, address)
    with atomic():
        if StaffAccount.select().where(StaffAccount.hash << hashes).exists():
            raise AlreadyMember
        facts = {"email": address, "hash": hashes[0], "name": name.strip(), "role": role, "language": spoken}
        # Two who add the same address at once meet at the unique hash.
        if StaffAccount.insert(facts).on_conflict_ignore().as_rowcount().execute() != 1:
            raise AlreadyMember
        member = StaffAccount.get(StaffAccount.hash == hashes[0])
        audit.record("staff.added", actor=by, member=member.id, role=role)
        return member, _invite(member)


def invite_again(member: StaffAccount) -> str:
    """Mail a member who has no second factor a fresh address for setting one; return that address.

    NotNow for one who has: that is a reset, which ends sessions and is logged.
    """
    if member.confirmed_at is not None or member.disabled_at is not None:
        raise NotNow
    with atomic():
        return _invite(member)


def choose_language(number: int, language: str) -> None:
    """Let a member read pages and mails in a language of the site; ValueError for any other."""
    if language not in config.site().languages:
        raise ValueError(f"the site does not speak {language}")
    StaffAccount.update(language=language).where(StaffAccount.id == number).execute()


def change_role(by: int, number: int, role: str) -> None:
    """Give a member another role, from now on; raises NotFound, OwnAccount, LastAdmin."""
    member = _other(by, number)
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}")
    if member.role == role:
        return
    with atomic():
        _keep_an_admin(member)
        StaffAccount.update(role=role).where(StaffAccount.id == number).execute()
        audit.record("staff.role_changed", actor=actor(by), member=number, role=role)
        tell(member, "role")


def disable(by: int | None, number: int) -> None:
    """Close a member's account and end their sessions; raises NotFound, OwnAccount, LastAdmin. `by` None: an operator.

    Closing it twice is harmless.
    """
    member = _other(by, number)
    with atomic():
        _keep_an_admin(member)
        now_closed = (StaffAccount.id == number) & StaffAccount.disabled_at.is_null()
        if not StaffAccount.update(disabled_at=clock.now()).where(now_closed).execute():
            return
        _let_out(number)
        audit.record("staff.disabled", actor=_named(by), member=number)
        tell(member, "disabled")


def enable(by: int, number: int) -> None:
    """Open a closed account again; raises NotFound."""
    member = load(number)
    with atomic():
        closed = (StaffAccount.id == number) & StaffAccount.disabled_at.is_null(False)
        if not StaffAccount.update(disabled_at=None).where(closed).execute():
            return
        audit.record("staff.enabled", actor=actor(by), member=number)
        tell(member, "enabled")
        if member.confirmed_at is None:
            _invite(member)


def reset(by: int | None, number: int) -> str:
    """Take a member's second factor and recovery codes away and mail them where to set new ones; return that address.

    Raises NotFound; OwnAccount, for one's own factor is renewed with itself; LastAdmin unless an operator does it.
    """
    member = _other(by, number)
    with atomic():
        if by is not None:
            _keep_an_admin(member)
        StaffAccount.update(totp_secret=None, confirmed_at=None).where(StaffAccount.id == number).execute()
        RecoveryCode.delete().where(RecoveryCode.staff == number).execute()
        _let_out(number)
        audit.record("staff.factor_reset", actor=_named(by), member=number)
        tell(member, "factor reset")
        return _invite(member)


def _other(by: int | None, number: int) -> StaffAccount:
    if by == number:
        raise OwnAccount
    return load(number)


def _keep_an_admin(member: StaffAccount) -> None:
    """Refuse what would leave no admin who can sign in; whoever does the same at the same moment waits here."""
    admins = (
        StaffAccount.select(StaffAccount.id).where(usable(), StaffAccount.role == "admin").order_by(StaffAccount.id)
    )
    found = {row.id for row in (admins if is_sqlite() else admins.for_update())}
    if found == {member.id}:
        raise LastAdmin


def _let_out(number: int) -> None:
    sessions.end_all(number)
    StaffEnrolment.delete().where(StaffEnrolment.staff == number).execute()


def _invite(member: StaffAccount) -> str:
    token, until = factors.new_enrolment(member)
    url = f"{config.site().base_url}{ENROL}/{token}"
    messages.staff_invited(reader(member), f"staff invited:{member.id}:{until.timestamp()}", url, until)
    return url


def _named(by: int | None) -> str:
    return "operator" if by is None else actor(by)
