"""What workers do for notices."""

from __future__ import annotations

from portal.kernel import work
from portal.kernel.work import Claim
from portal.notices import service
from portal.notices.models import Message


@work.runner("messages", Message)
def send(claim: Claim[Message]) -> None:
    """Send one message."""
    service.send(claim)
