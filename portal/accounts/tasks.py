"""What workers do for accounts."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts import keeping, service
from portal.accounts.apps import handing
from portal.accounts.models import Challenge
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("codes", Challenge)
def decide(claim: Claim[Challenge]) -> None:
    """Send a code, or not."""
    service.decide(claim)


@work.every(timedelta(minutes=10))
def forget_past() -> None:
    """Remove what is over."""
    service.forget_past()
    handing.forget_past()
    keeping.forget_past()
