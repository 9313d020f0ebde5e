"""The staff's queue: what has to be answered, what falls due first on top (RULES S3), a page at a time.

A page is read by its place in an index and never by counting what lies before it, so it costs the same however many
cases there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import peewee

from portal.accounts.staff import absence
from portal.cases.kinds import KINDS
from portal.cases.models import Case
from portal.cases.service.states import FINAL, MOVES
from portal.kernel import clock
from portal.kernel.problems import N_

ROWS = 25  # on a page
SOON = timedelta(days=3)  # from here on a date is told apart
OVERDUE, TODAY, NEAR, LATER = "overdue", "today", "soon", "later"

STATES = {
    "open": N_("To be answered"),
    "approved": N_("Approved"),
    "in_progress": N_("Being carried out"),
    "fulfilled": N_("Fulfilled"),
    "denied": N_("Refused"),
    "revoked": N_("Taken back"),
    "expired": N_("Expired"),
}
WAITING = {"us": N_("Us"), "person": N_("The person"), "customer": N_("A customer"), "source": N_("A system")}
CHANNELS = {
    "portal": N_("Signed in"),
    "form": N_("Public form"),
    "phone": N_("Phone"),
    "post": N_("Post"),
    "in_person": N_("In person"),
    "operator": N_("Command line"),
    "sweep": N_("Found by us"),
}
DUE = {OVERDUE: N_("Overdue"), TODAY: N_("Due today"), "week": N_("Due within 7 days")}
WHO = {"me": N_("Me, and whom I stand in for"), "nobody": N_("Nobody yet")}


@dataclass(frozen=True)
class Filters:
    """What is looked for, as it stands in the address; "" is no limit. Without more it is what has to be answered."""

    state: str = "open"
    kind: str = ""
    waiting: str = ""
    who: str = ""
    channel: str = ""
    due: str = ""
    law: str = ""
    tests: str = ""
    snoozed: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """Return the filters of an address; a word that is none is passed over."""
        known: Mapping[str, Any] = {
            "state": MOVES, "kind": KINDS, "waiting": WAITING, "channel": CHANNELS, "due": DUE, "tests": {"only"},
            "snoozed": {"shown"},
        }  # fmt: skip
        said = {name: given[name] for name, words in known.items() if given.get(name) in words}
        who, law = given.get("who", ""), given.get("law", "")
        said |= {"who": who} if who in WHO or (who.isdecimal() and len(who) < 9) else {}
        return cls(**said, **({"law": law} if law.replace("-", "").isalnum() and len(law) <= 16 else {}))

    def written(self) -> dict[str, str]:
        """Return them for an address, without what goes without saying."""
        usual = Filters()
        return {name: word for name, word in asdict(self).items() if word != getattr(usual, name)}

    def without(self, name: str) -> Filters:
        """Return them with one taken back."""
        usual: str = getattr(Filters(), name)
        return replace(self, **{name: usual})


class Row(NamedTuple):
    """One case of the queue; nothing of its person but numbers."""

    id: int
    reference: str
    kind: str
    state: str
    waiting: str
    channel: str
    assignee: int | None
    complete_by: date
    snoozed_until: Any
    duplicate_of: int | None
    is_test: bool
    extended: bool

    @property
    def days(self) -> int:
        """Return in how many days it falls due; below 0 it is overdue."""
        return (self.complete_by - clock.today()).days

    @property
    def urgency(self) -> str:
        """Return overdue, today, soon or later."""
        return urgency(self.complete_by)


@dataclass(frozen=True)
class Page:
    """Rows, and the place from which the next page goes on; "" at the end."""

    rows: list[Row]
    after: str


def urgency(complete_by: date) -> str:
    """Return how near a day is: overdue, today, soon or later."""
    left = complete_by - clock.today()
    if left < timedelta(0):
        return OVERDUE
    return TODAY if not left else NEAR if left <= SOON else LATER


def page(filters: Filters, staff: int, after: str = "", limit: int = ROWS, newest: int | None = None) -> Page:
    """Return a page of the queue with two queries at most, whatever there is; `after` is where the last one ended.

    With `newest`, a number of a case, without those that came after it.
    """
    down = filters.state in FINAL  # what is over: the newest first
    order = (Case.complete_by.desc(), Case.id.desc()) if down else (Case.complete_by, Case.id)
    found = _select().where(_until(filters, staff, newest))
    if place := _place(after):
        day, number = place
        beyond = (Case.complete_by < day) if down else (Case.complete_by > day)
        same = (Case.id < number) if down else (Case.id > number)
        found = found.where(beyond | ((Case.complete_by == day) & same))
    rows = [row_of(case) for case in found.order_by(*order).limit(limit + 1)]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], f"{last.complete_by}.{last.id}" if last else "")


def whole(filters: Filters, staff: int) -> tuple[int, int]:
    """Return how many cases there are of a filter now, and the number of the newest, 0 for none."""
    newest = int(Case.select(peewee.fn.MAX(Case.id)).where(_asked(filters, staff)).scalar() or 0)
    return int(Case.select().where(_until(filters, staff, newest)).count()), newest


def _until(filters: Filters, staff: int, newest: int | None) -> Any:
    which = _asked(filters, staff)
    return which if newest is None else which & (Case.id <= newest)


def standing_in_for(staff: int) -> list[int]:
    """Return whose work a member does: their own, and that of everybody absent today whose deputy they are."""
    return [staff, *absence.stands_in_for(staff, clock.today())]


def _select() -> Any:
    named = ("id", "reference", "kind", "state", "waiting", "channel", "assignee", "complete_by", "snoozed_until")
    columns = [getattr(Case, name) for name in (*named, "duplicate_of", "is_test", "extended_at")]
    return Case.select(*columns)


def known(references: Collection[str]) -> set[str]:
    """Return those references that are cases."""
    return {case.reference for case in Case.select(Case.reference).where(Case.reference << list(references))}


def row_of(case: Case) -> Row:
    """Return a case as the queue shows it."""
    return Row(
        case.id,
        case.reference,
        case.kind,
        case.state,
        case.waiting,
        case.channel,
        case.assignee,
        case.complete_by,
        case.snoozed_until,
        case.duplicate_of,
        case.is_test,
        case.extended_at is not None,
    )


def _asked(filters: Filters, staff: int) -> Any:
    which = (Case.state == filters.state) & (Case.is_test == bool(filters.tests))
    for name in ("kind", "channel"):
        if word := getattr(filters, name):
            which &= getattr(Case, name) == word
    if filters.waiting:
        which &= Case.waiting == ("" if filters.waiting == "us" else filters.waiting)
    if filters.law:
        which &= (Case.profile == filters.law) | (Case.own_profile == filters.law)
    if not filters.snoozed and filters.state == "open":
        which &= Case.snoozed_until.is_null() | (Case.snoozed_until <= clock.now())
    return which & _due(filters.due) & _whose(filters.who, staff)


def _due(word: str) -> Any:
    day = clock.today()
    if word == OVERDUE:
        return Case.complete_by < day
    if word == TODAY:
        return Case.complete_by == day
    return Case.complete_by <= day + timedelta(days=7) if word else peewee.SQL("1=1")


def _whose(who: str, staff: int) -> Any:
    if who == "me":
        return Case.assignee << standing_in_for(staff)
    if who == "nobody":
        return Case.assignee.is_null()
    return Case.assignee == int(who) if who else peewee.SQL("1=1")


def _place(after: str) -> tuple[date, int] | None:
    day, _, number = after.partition(".")
    if not (number.isdecimal() and len(number) < 10):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
