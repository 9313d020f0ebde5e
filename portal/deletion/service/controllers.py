"""Rows that another company decides about: it is asked on the person's behalf to erase what it holds, with a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from portal import config
from portal.cases import deadlines
from portal.deletion.models import Asked, Deletion
from portal.deletion.service.plan import System
from portal.kernel import clock
from portal.notices import messages


def answer_by(days_from_now: timedelta = timedelta(0)) -> date:
    """Return by when a company that is asked then has to answer."""
    return deadlines.terms("deletion", clock.now() + days_from_now).complete_by


def ask(deletion: Deletion, systems: Iterable[System]) -> None:
    """Ask every company that decides about some of the rows, each once, in the present transaction."""
    named = {name for system in systems for line in system.lines for name in line.controllers}
    for controller in sorted(named - _asked(deletion)):
        contact, person = config.site().contacts.get(controller, ""), deletion.address
        Asked.create(
            deletion=deletion,
            controller=controller,
            title=config.site().controllers.get(controller, controller),
            state="asked" if contact and person else "unreachable",
            answer_by=answer_by(),
        )
        if contact and person:
            reference, by = deletion.case.reference, clock.now() + timedelta(days=deadlines.days("deletion"))
            to = messages.Recipient(contact, config.site().languages[0])
            messages.controller_asked(to, f"deletion:{reference}:asked:{controller}", reference, person, by)


def of(deletion: Deletion) -> list[Asked]:
    """Return the companies that were asked."""
    return list(Asked.select().where(Asked.deletion == deletion).order_by(Asked.id))


def _asked(deletion: Deletion) -> set[str]:
    return {asked.controller for asked in of(deletion)}
