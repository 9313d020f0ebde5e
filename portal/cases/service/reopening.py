"""What a person may do about a case of theirs: cancel it, reopen it, have somebody else look at it (RULES R9)."""

from __future__ import annotations

from datetime import timedelta

from portal import config
from portal.cases import deadlines
from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import effects, evidence
from portal.cases.service.deciding import REVIEW_ASKED
from portal.cases.service.moving import move
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow

REOPEN = timedelta(days=30)


def cancel(case: Case, actor: str = "person") -> None:
    """Take a request back before it is decided; NotNow for one that a room carries out: that has a page of its own."""
    if case.state != "open":
        raise NotNow
    with atomic():
        move(case, "revoked", "cancelled", actor)
        effects.taken_back(case, actor)
        evidence.let_go(case)


def may_reopen(case: Case) -> bool:
    """Tell whether a person may still reopen a case that staff answered, or ask for a review of a refusal."""
    answered = case.state == "denied" or (case.state == "fulfilled" and not kind(case.kind).carried)
    return answered and case.closed_at is not None and clock.now() - case.closed_at <= REOPEN


def reopen(case: Case, actor: str = "person") -> None:
    """Open an answered case again, with a clock that begins now; NotNow after 30 days."""
    _again(case, "reopened", actor)


def ask_review(case: Case, actor: str = "person") -> None:
    """Have a refusal looked at by somebody who has not decided in it; NotNow where nothing was refused."""
    if case.state != "denied":
        raise NotNow
    _again(case, REVIEW_ASKED, actor)


def _again(case: Case, event: str, actor: str) -> None:
    if not may_reopen(case):
        raise NotNow
    site = config.site()
    due = deadlines.complete_by(deadlines.profile(site.profile), case.kind, clock.now(), site.timezone)
    with atomic():
        move(case, "open", event, actor)
        effects.checked_anew(case)
        Case.update(complete_by=due, extended_at=None, waiting="", snoozed_until=None).where(
            Case.id == case.id
        ).execute()
    case.complete_by = due
