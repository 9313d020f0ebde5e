"""What workers do for webhooks."""

from __future__ import annotations

from datetime import timedelta

from portal.hooks import service
from portal.hooks.models import HookMessage, in_turn
from portal.hooks.service import endpoints
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("webhooks", HookMessage, in_turn)
def deliver(claim: Claim[HookMessage]) -> None:
    """Send one message to one endpoint."""
    service.deliver(claim)


@work.every(timedelta(hours=1))
def thin_out() -> None:
    """Forget what was told long ago."""
    endpoints.thin_out()
