"""What workers do for consents."""

from __future__ import annotations

from portal.consents import service
from portal.kernel import work
from portal.kernel.outbox import Delivery
from portal.kernel.work import Claim


@work.runner("choices", Delivery)
def pass_on(claim: Claim[Delivery]) -> None:
    """Write a person's present choices into one system."""
    service.pass_on(claim)
