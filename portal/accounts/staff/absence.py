"""Who is away, and who stands in for them meanwhile."""

from __future__ import annotations

from datetime import date

from portal.accounts.staff.factors import load
from portal.accounts.staff.members import usable
from portal.accounts.staff.models import StaffAccount
from portal.accounts.staff.sessions import actor
from portal.kernel import audit
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Problem

audit.declare("staff.absence_set", "member", "deputy")


class NoDeputy(Problem):
    """Whoever stands in for somebody may do the same as they, and can sign in."""

    status, code = 422, "no-deputy"
    say = N_("Only another member of the staff in the same role can stand in.")
    then = N_("Choose somebody else, or leave it empty.")


class NoSpan(Problem):
    """The days do not make a time."""

    status, code = 422, "no-span"
    say = N_("The last day comes before the first, or one of them is missing.")
    then = N_("Write both days, or leave both empty.")


def possible_deputies(member: StaffAccount) -> list[StaffAccount]:
    """Return who could stand in for a member."""
    same = (StaffAccount.role == member.role) & (StaffAccount.id != member.id)
    return list(StaffAccount.select().where(usable(), same).order_by(StaffAccount.id))


def note(by: int, number: int, deputy: int | None, first: date | None, last: date | None) -> None:
    """Note who stands in for a member, and from which to which day they are away, both counted.

    Raises NotFound, NoDeputy, NoSpan.
    """
    member = load(number)
    if deputy is not None and deputy not in {one.id for one in possible_deputies(member)}:
        raise NoDeputy
    if (first is None) != (last is None) or (first and last and last < first):
        raise NoSpan
    with atomic():
        facts = {"deputy": deputy, "absent_from": first, "absent_until": last}
        StaffAccount.update(facts).where(StaffAccount.id == number).execute()
        audit.record("staff.absence_set", actor=actor(by), member=number, deputy=deputy)


def is_away(member: StaffAccount, on: date) -> bool:
    """Tell whether a member is away on a day."""
    return bool(member.absent_from and member.absent_until and member.absent_from <= on <= member.absent_until)


def stands_in_for(number: int, on: date) -> list[int]:
    """Return the members for whom this one stands in on a day: away, still members, and still in the same role."""
    deputy = load(number)
    away = (StaffAccount.absent_from <= on) & (StaffAccount.absent_until >= on)
    mine = (StaffAccount.deputy == number) & (StaffAccount.role == deputy.role)
    return [row.id for row in StaffAccount.select(StaffAccount.id).where(usable(), away, mine)]
