"""What staff are told each morning: which of their requests have come to half, to a quarter, to the end of their time.

A mail a day at most, with references and dates and nothing else; without anything to say there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from portal import config
from portal.accounts.staff.absence import is_away
from portal.accounts.staff.members import usable
from portal.accounts.staff.models import StaffAccount
from portal.cases import legal
from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.notices import messages

HALF, QUARTER, END, LATE = "half", "quarter", "end", "late"
MOST = 50  # references in one mail
OVERSEERS = ("admin", "approver")  # hear of what nobody has
_DAY = timedelta(days=1)


def stage(received: date, complete_by: date, today: date) -> str:
    """Return which part of its time a case has come to: "", half, quarter (that much is left), end, or late."""
    if today >= complete_by:
        return LATE if today > complete_by else END
    days = legal.reminders(received, complete_by)
    return QUARTER if today >= days.quarter else HALF if today >= days.half else ""


def send() -> None:
    """Tell every member of the staff at work what has come to a new part of its time since yesterday, and what is late.

    What nobody has is told to approvers and admins. Telling twice on one day is one mail.
    """
    today = clock.today()
    by_member: dict[int | None, list[tuple[str, str, date]]] = defaultdict(list)
    for case in _near(today):
        if now := _news(case, today):
            by_member[case.assignee].append((now, case.reference, case.complete_by))
    members = list(StaffAccount.select().where(usable()).order_by(StaffAccount.id))
    for member in members:
        whose: list[int | None] = [member.id, *(one.id for one in members if _stands_in(member, one, today))]
        whose += [None] if member.role in OVERSEERS else []
        if lines := sorted(
            (line for who in whose for line in by_member.get(who, ())), key=lambda line: (line[2], line[1])
        ):
            to, url = messages.Recipient(member.email, member.language), f"{config.site().base_url}/staff/requests"
            with atomic():
                messages.staff_digest(to, f"digest:{member.id}:{today}", lines[:MOST], len(lines), url)


def _near(today: date) -> Iterable[Case]:
    """Return the cases to answer of which a part of the time may have ended; the index gives the earliest first."""
    columns = (Case.id, Case.reference, Case.received_at, Case.complete_by, Case.assignee)
    soon = Case.complete_by <= today + timedelta(days=60)  # no law gives more than twice that
    which = (Case.state == "open") & soon & ~Case.is_test & Case.duplicate_of.is_null()
    found: Iterable[Case] = Case.select(*columns).where(which).order_by(Case.complete_by).iterator()
    return found


def _news(case: Case, today: date) -> str:
    received = clock.day_of(case.received_at)
    now, before = (stage(received, case.complete_by, day) for day in (today, today - _DAY))
    return now if now != before or now == LATE else ""


def _stands_in(member: StaffAccount, absent: StaffAccount, today: date) -> bool:
    """Tell whether a member does the work of another one who is away today."""
    return is_away(absent, today) and absent.deputy_id == member.id
