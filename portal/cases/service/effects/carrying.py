"""Carrying out what was approved: granted for good, and fulfilled once every system has taken it."""

from __future__ import annotations

from portal.cases.models import Case
from portal.cases.service import notifying
from portal.cases.service.effects.ending import take_back_liftings
from portal.cases.service.effects.filing import asked_about
from portal.cases.service.effects.saying import USE_GONE, absolute, mine, say, switch_off
from portal.cases.service.moving import move, note
from portal.consents import service as consents
from portal.consents.service import OBJECTION, RESTRICTED, RESTRICTION, UPHELD, UnknownChoice
from portal.kernel import clock, work
from portal.kernel.work import Claim


def carry_out(claim: Claim[Case]) -> None:
    """Grant an approved request, then wait until every system has taken it; only then it is fulfilled.

    One about a use that the site has no more ends too: what it had stopped stays stopped, and its page says so.
    """
    case = claim.row
    if case.state == "approved":
        with claim.step():
            _grant(case)
            move(case, "in_progress", "granted", "worker")
            Case.update(due_at=clock.now()).where(Case.id == case.id).execute()
    following = consents.of_case(consents.standing(case.subject_id), case.reference)
    if consents.unconfirmed(case.subject_id, following):
        claim.later(work.backoff(case.attempts))
        return
    with claim.step():
        move(case, "fulfilled", "in force everywhere", "worker")
        notifying.news(case, "in force")


def _grant(case: Case) -> None:
    """Turn "while we check" into "for good", also where nothing was stopped before, for want of a proof."""
    take_back_liftings(case)
    if case.kind == "restriction":
        say(case, {RESTRICTION: RESTRICTED}, "worker")
        return
    try:
        about = asked_about(case)
    except UnknownChoice:
        say(case, dict.fromkeys(mine(case), UPHELD), "worker")
        note(case, USE_GONE, "worker")
        return
    if case.kind == "objection":
        _uphold(case, about)
    elif not consents.of_case(consents.standing(case.subject_id), case.reference):
        switch_off(case, about)


def _uphold(case: Case, about: tuple[str, ...]) -> None:
    before = consents.of_case(consents.standing(case.subject_id), case.reference)
    switch_off(case, [name for name in about if absolute(name) and OBJECTION + name not in before])
    new = [name for name in about if OBJECTION + name not in before or not absolute(name)]
    say(case, dict.fromkeys((OBJECTION + name for name in new), UPHELD), "worker")
