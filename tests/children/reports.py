"""Reports about children as tests need them: made, proven, looked into, and decided by two of the staff."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from portal.cases.models import Case
from portal.cases.service import by_reference
from portal.children.models import ChildHold, Match
from portal.children.service import outcome, parenthood, reporting, rulings, triage
from portal.children.service.rulings import Wanted
from portal.kernel import clock
from tests.conftest import Portal

CHILD = "giahan.dang@example.com"
PARENT = "parent@example.com"


def born(age: int) -> tuple[int, int]:
    """Return the month of birth of somebody who is clearly of an age today."""
    on = clock.today() - timedelta(days=age * 365 + 190)
    return on.year, on.month


def reported(
    portal: Portal,
    about: str = CHILD,
    by: str = PARENT,
    wishes: tuple[str, ...] = ("delete",),
    age: int = 12,
    network: str = "192.0.2.7",
    **more: Any,
) -> Case:
    """Report an account, prove the address, and let the worker look into it."""
    year, month = born(age)
    draft = reporting.Draft("mother", {"email": about}, "VN", year, month, by, wishes, **more)
    case = reporting.file(draft, network, "en")
    portal.drain()
    code = re.search(r"\b(\d{6})\b", portal.last_mail())
    assert code, portal.last_mail()
    reporting.enter(case, code[1])
    portal.drain()
    return again(case)


def again(case: Case) -> Case:
    """Return a case as it is now."""
    return by_reference(case.reference)


def meant(case: Case) -> int:
    """Return the one person who is meant by a report."""
    found = {row.subject_id for report in triage.group(case) for row in Match.select().where(Match.report == report)}
    (only,) = found
    return int(only)


def hold_of(case: Case) -> ChildHold:
    """Return the one hold of a case."""
    (hold,) = triage.holds(case)
    return hold


def verify(case: Case, staff: int = 1, method: str = "call_back") -> None:
    """Note that the reporter showed that they are the parent."""
    parenthood.ask(case, method)
    parenthood.record(case, method, parenthood.VERIFIED, staff)


def decide(
    portal: Portal,
    case: Case,
    outcome_: str,
    by: tuple[int, int] = (1, 2),
    role: str = "admin",
    keep_until: date | None = None,
    **more: Any,
) -> Case:
    """Have two of the staff decide, and let the worker begin."""
    subjects = (meant(case),) if outcome_ in rulings.ABOUT_SOMEBODY else ()
    wanted = Wanted(outcome_, "We are sure of it.", subjects=subjects, keep_until=keep_until, **more)
    row = rulings.propose(again(case), by[0], wanted)
    rulings.agree(again(case), by[1], role, row.id)
    portal.drain()
    return again(case)


def answered(case: Case) -> outcome.Told:
    """Return what the reporter reads; there has to be something."""
    told = outcome.of(again(case))
    assert told is not None
    return told
