"""What workers do for notices."""

from __future__ import annotations

from datetime import timedelta

from portal.kernel import work
from portal.kernel.work import Claim
from portal.notices import inbox, push, service
from portal.notices.models import Message, PushSubscription


@work.runner("messages", Message)
def send(claim: Claim[Message]) -> None:
    """Send one message."""
    service.send(claim)


@work.runner("pushes", PushSubscription)
def tell(claim: Claim[PushSubscription]) -> None:
    """Tell one browser that there is something new."""
    push.tell(claim)


@work.every(timedelta(days=1))
def forget_past() -> None:
    """Remove what was sent longer ago than it is kept."""
    inbox.forget_past()
