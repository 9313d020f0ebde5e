"""What goes by itself: requests that nobody ever proved, and what was written in those that are long over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import config
from portal.cases.kinds import KINDS, Proof
from portal.cases.models import Attempt, Case, CaseMessage, Decision, Verification
from portal.cases.service.attempts import AGENT, LOST, TOLD, UNPROVEN_DAYS
from portal.cases.service.moving import move
from portal.kernel import clock
from portal.kernel.db import ROWS, atomic, clear
from portal.kernel.problems import NotNow

MONTH = timedelta(days=365.25 / 12)
_PROVEN_ONLY = [kind.id for kind in KINDS.values() if kind.needs > Proof.NONE]


def expire_unproven() -> None:
    """End what came by the public form and was not proven in 30 days, and erase its texts: nobody may answer there."""
    since = clock.now() - timedelta(days=UNPROVEN_DAYS)
    proven = Verification.select(Verification.case)
    never = (
        (Case.state == "open")
        & (Case.channel == "form")
        & (Case.kind << _PROVEN_ONLY)
        & (Case.received_at <= since)
        & Case.id.not_in(proven)
    )
    for case in _each(never):
        try:
            with atomic():
                move(case, "expired", "never proven", "worker")
                erase_words(case)
        except NotNow:  # proven or decided a moment ago
            continue


def forget_closed() -> None:
    """Erase thread and contact of requests that are over for as long as the site says; the row stays (RULES R7)."""
    over = Case.closed_at <= clock.now() - config.site().thread_months * MONTH
    written = CaseMessage.select(CaseMessage.case)
    for case in _each(over & (Case.contact.is_null(False) | (Case.id << written))):
        with atomic():
            erase_words(case)


def forget_attempts() -> None:
    """Remove codes, facts and lost links whose time is over; what somebody may still stop stays with its request."""
    clear(Attempt, (Attempt.expires_at <= clock.now()) & Attempt.way.not_in([AGENT, LOST, TOLD]))


def _each(where: Any) -> list[Case]:
    return list(Case.select().where(where).order_by(Case.id).limit(ROWS))


def erase_words(case: Case) -> None:
    """Erase what was written in a case and where whoever asked is reached; the row stays."""
    CaseMessage.delete().where(CaseMessage.case == case.id).execute()
    Attempt.delete().where(Attempt.case == case.id).execute()
    Decision.update(words=None).where(Decision.case == case.id).execute()
    Case.update(contact=None, contact_hash="").where(Case.id == case.id).execute()
