"""What workers do for policies."""

from __future__ import annotations

from portal.kernel import work
from portal.kernel.work import Claim
from portal.policies import service
from portal.policies.models import PolicyVersion


@work.runner("policies", PolicyVersion)
def carry_on(claim: Claim[PolicyVersion]) -> None:
    """Tell people of a version, or let it begin."""
    service.carry_on(claim)
