"""What workers do for places."""

from __future__ import annotations

from datetime import timedelta

from portal.kernel import work
from portal.kernel.work import Claim
from portal.location.models import Keeping, Removal
from portal.location.service import keeping, removing


@work.runner("places to delete", Removal)
def remove(claim: Claim[Removal]) -> None:
    """Delete what somebody asked to be gone."""
    removing.carry_out(claim)


@work.runner("old places", Keeping)
def tidy(claim: Claim[Keeping]) -> None:
    """Delete what is too old."""
    keeping.tidy(claim)


@work.every(timedelta(hours=6))
def take_in_everybody() -> None:
    """Let the site's own time hold for who never chose."""
    keeping.take_in_everybody()
