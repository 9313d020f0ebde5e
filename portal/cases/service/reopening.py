"""What a person may do about a case of theirs: cancel it, reopen it, have somebody else look at it (RULES R9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.cases import deadlines
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent
from portal.cases.service import effects, evidence, opening
from portal.cases.service.moving import move
from portal.cases.service.notifying import REOPENED, REVIEW_ASKED
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
    """Open an answered case again, with dates that begin now and a word that it has arrived; NotNow after 30 days."""
    _again(case, REOPENED, actor)


def ask_review(case: Case, actor: str = "person") -> None:
    """Have a refusal looked at by somebody who has not decided in it; NotNow where nothing was refused."""
    if case.state != "denied":
        raise NotNow
    _again(case, REVIEW_ASKED, actor)


def counted_from(case: Case) -> datetime:
    """Return the moment from which the dates of a case count: when it was received, or last opened again."""
    again = (CaseEvent.case == case.id) & (CaseEvent.name << [REOPENED, REVIEW_ASKED])
    opened = CaseEvent.select(CaseEvent.at).where(again).order_by(CaseEvent.id.desc()).first()
    begun: datetime = opened.at if opened else case.received_at
    return begun


def _again(case: Case, event: str, actor: str) -> None:
    if not may_reopen(case):
        raise NotNow
    shared = deadlines.shared(case.subject_id)
    dates = deadlines.terms(case.kind, clock.now(), case.country, processor=shared)
    due = {
        "profile": dates.profile,
        "acknowledge_by": dates.acknowledge_by,
        "acknowledged_at": None,
        "complete_by": dates.complete_by,
        "legal_maximum": dates.legal_maximum,
        "shared": shared,
    }
    with atomic():
        move(case, "open", event, actor)
        effects.checked_anew(case)
        Case.update(**due, extended_at=None, waiting="", snoozed_until=None).where(Case.id == case.id).execute()
        for name, value in due.items():
            setattr(case, name, value)
        opening.acknowledge(case, actor="worker")
