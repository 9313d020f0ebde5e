"""What workers do for cases: let out what staff wrote once it can no longer be taken back."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import CaseMessage
from portal.cases.service import presence, thread
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("case messages", CaseMessage)
def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message out."""
    thread.deliver(claim)


@work.every(timedelta(hours=1))
def forget_presence() -> None:
    """Forget who was writing."""
    presence.forget_past()
