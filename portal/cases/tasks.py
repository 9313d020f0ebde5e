"""What workers do for cases: let out what staff wrote once it can no longer be taken back."""

from __future__ import annotations

from portal.cases.models import CaseMessage
from portal.cases.service import thread
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("case messages", CaseMessage)
def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message out."""
    thread.deliver(claim)
