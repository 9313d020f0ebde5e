"""Rows that another company decides about: it is asked on the person's behalf to erase what it holds, with a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from portal.cases.models import Routing
from portal.cases.service import routing
from portal.deletion.models import Deletion
from portal.deletion.service.plan import System


def answer_by(days_from_now: timedelta = timedelta(0)) -> date:
    """Return by when a company that is asked then has to answer."""
    return routing.answer_by("deletion", days_from_now)


def ask(deletion: Deletion, systems: Iterable[System]) -> None:
    """Ask every company that decides about some of the rows, each once, in the present transaction."""
    named = {name for system in systems for line in system.lines for name in line.controllers}
    routing.ask(deletion.case, named, deletion.address or "")


def of(deletion: Deletion) -> list[Routing]:
    """Return the companies that were asked."""
    return routing.of(deletion.case)
