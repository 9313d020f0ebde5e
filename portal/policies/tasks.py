"""What workers do for policies."""

from __future__ import annotations

from datetime import timedelta

from portal.kernel import work
from portal.kernel.work import Claim
from portal.policies import service
from portal.policies.models import PolicyVersion


@work.runner("policies", PolicyVersion)
def carry_on(claim: Claim[PolicyVersion]) -> None:
    """Tell people of a version, or let it begin."""
    service.carry_on(claim)


@work.every(timedelta(minutes=1))
def tell_newcomers() -> None:
    """Lay what people are asked now into the inbox of whoever came since everybody was told."""
    service.tell_newcomers()
