"""Many cases at once: first what would happen to each and what would not, then exactly that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.cases.models import Case
from portal.cases.service import duplicates, handling, queue
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem

MOST = 100  # cases, for each is tried in a transaction of its own
ACTS = {
    "assign": N_("Give to"),
    "snooze": N_("Let rest until"),
    "wait": N_("Wait for"),
    "close": N_("Close as duplicates"),
}


@dataclass(frozen=True)
class Act:
    """What is to be done: one of ACTS, with the member, day or word that it needs."""

    name: str
    to: int | None = None
    until: date | None = None
    whom: str = ""


@dataclass(frozen=True)
class Planned:
    """One case, and the problem that would keep the act from it; None where it would be done."""

    row: queue.Row
    problem: Problem | None


class _Tried(Exception):
    """It would be done; so far it is taken back."""


def plan(numbers: Sequence[int], act: Act, staff: int) -> list[Planned]:
    """Return what an act would do to each case; nothing is changed. NotFound for an act that is none."""
    how = _how(act)
    return [Planned(queue.row_of(case), _tried(case, how, staff)) for case in _cases(numbers)]


def carry_out(numbers: Sequence[int], act: Act, staff: int) -> list[Planned]:
    """Do it to each case in a transaction of its own; return what was done and what was not, with why."""
    done, how = list[Planned](), _how(act)
    for case in _cases(numbers):
        row = queue.row_of(case)
        try:
            how(case, staff)
            done.append(Planned(row, None))
        except Problem as problem:
            done.append(Planned(row, problem))
    return done


@dataclass(frozen=True)
class Whole:
    """All cases of a filter as they were when they were counted: what comes later is not meant."""

    filters: queue.Filters
    count: int
    newest: int


def whole(filters: queue.Filters, staff: int) -> Whole:
    """Return all cases of a filter that there are now."""
    return Whole(filters, *queue.whole(filters, staff))


def part(all_: Whole, staff: int, after: str = "") -> tuple[list[int], str]:
    """Return the next MOST numbers of them, and where the part after those begins; "" at the end.

    So however many there are, one request of ours does a bounded number of short transactions; whoever leaves the page
    has done what it says and no more.
    """
    found = queue.page(all_.filters, staff, after, MOST, all_.newest)
    return [row.id for row in found.rows], found.after


def _cases(numbers: Sequence[int]) -> list[Case]:
    chosen = list(dict.fromkeys(numbers))[:MOST]
    return list(Case.select().where(Case.id << chosen).order_by(Case.complete_by, Case.id))


def _tried(case: Case, how: Callable[[Case, int], None], staff: int) -> Problem | None:
    """Do it and take it back: so the check page says what would happen, and not what another rule thinks of it."""
    try:
        with atomic():
            how(case, staff)
            raise _Tried
    except _Tried:
        return None
    except Problem as problem:
        return problem


def _how(act: Act) -> Callable[[Case, int], None]:
    how: dict[str, Callable[[Case, int], None]] = {
        "assign": lambda case, staff: handling.give(case, act.to, staff),
        "snooze": lambda case, staff: handling.snooze(case, act.until, staff),
        "wait": lambda case, staff: handling.wait_for(case, act.whom, staff),
        "close": duplicates.close,
    }
    if act.name not in how:
        raise NotFound
    return how[act.name]
