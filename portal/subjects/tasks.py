"""What workers do for subjects."""

from __future__ import annotations

from portal.accounts.models import Identifier
from portal.kernel import work
from portal.kernel.work import Claim
from portal.subjects import service


@work.runner("identifiers", Identifier)
def resolve(claim: Claim[Identifier]) -> None:
    """Look for a person in every system."""
    service.resolve(claim)
