"""Letting what was stopped go on: after a notice and its days, at once where the person says so, or was not asked."""

from __future__ import annotations

from datetime import timedelta

from portal import config
from portal.cases.models import Case, Lifting
from portal.cases.service import notifying
from portal.cases.service.effects.saying import absolute, mine, say
from portal.cases.service.moving import move, note
from portal.consents import service as consents
from portal.consents.service import CHECKING, LIFTED, LIFTING, NONE, OBJECTION, REJECTED, RESTRICTION, STOPS
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem
from portal.notices import messages


class NoticeFirst(Problem):
    """Somebody wants to end a restriction of which the person was not told, or before the day that they were told."""

    status, code = 409, "notice-first"
    say = N_("The person has to be told first, and the day that they were told has to come.")
    then = N_("Announce the end. It takes effect by itself.")


def ended(case: Case, actor: str) -> None:
    """Announce that what a case stopped while it was checked goes on again; nothing where nothing is stopped.

    It goes on after `rules.lift_days`, and the notice is queued in this transaction (RULES X7).
    """
    names = [
        name
        for name, choice in mine(case).items()
        if choice.state in STOPS and not absolute(name.removeprefix(OBJECTION))
    ]
    to = notifying.recipient(case)
    if not names:
        return
    if to is None:
        note(case, "nobody to tell", "worker", internal=True)
        return
    on = clock.now() + timedelta(days=config.site().lift_days)
    with atomic():
        row = Lifting.create(case=case, names=names, notice="", on=on, due_at=on)
        row.notice = f"request:{case.reference}:resumes:{row.id}"
        row.save()
        messages.use_resumes(to, row.notice, case.reference, on, notifying.page_url(case))
        say(case, dict.fromkeys(names, LIFTING), actor)
        note(case, "end announced", actor, on=on.isoformat())


def lift(row: Lifting, actor: str = "worker") -> None:
    """End what was announced to end; raises NoticeFirst before its day, and where nobody was told."""
    if not messages.queued(row.notice) or clock.now() < row.on:
        raise NoticeFirst
    case = row.case
    with atomic():
        if Lifting.update(state="lifted", due_at=None).where(Lifting.id == row.id, _announced()).execute():
            ends = {name: _end(name) for name, choice in mine(case).items() if choice.state == LIFTING}
            say(case, ends, actor)
            note(case, "used again", actor)


def _announced() -> object:
    return Lifting.state == "announced"


def _end(name: str) -> str:
    return LIFTED if name == RESTRICTION else REJECTED


def checked_anew(case: Case) -> None:
    """Stop again what a case had stopped, for it is looked at once more."""
    if not case.subject_id:
        return
    take_back_liftings(case)
    over = {name: CHECKING for name, choice in mine(case).items() if choice.state in (LIFTING, LIFTED, REJECTED)}
    say(case, over, "worker")


def taken_back(case: Case, actor: str) -> None:
    """End at once what a case stopped: the person wants it so, and needs no notice of it."""
    take_back_liftings(case)
    say(case, {name: NONE for name, choice in mine(case).items() if choice.state in STOPS}, actor)


def undone(case: Case) -> None:
    """Undo what a case did that the person never asked for: what it stopped goes on, what it took back counts again.

    Choices made since stay as they are. Nothing of it was the person's will, so nobody waits for a notice.
    """
    if case.subject_id:
        taken_back(case, "person")
        consents.give_back(case.subject_id, case.reference)


def end(case: Case) -> None:
    """End what a case stopped, for its person says so; a request that only asked for that is taken back with it.

    NotNow while it is being carried out.
    """
    if case.state in ("approved", "in_progress") and case.kind == "restriction":
        raise NotNow
    with atomic():
        if case.state == "open" and case.kind == "restriction":
            move(case, "revoked", "cancelled", "person")
        taken_back(case, "person")
        note(case, "used again", "person")


def take_back_liftings(case: Case) -> None:
    """Let nothing end that was announced to end."""
    Lifting.update(state="taken back", due_at=None).where(Lifting.case == case.id, _announced()).execute()
