"""What workers do for the staff's sign-in."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts.staff import factors, sessions, signing_in
from portal.accounts.staff.models import StaffChallenge
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("staff codes", StaffChallenge)
def decide(claim: Claim[StaffChallenge]) -> None:
    """Send a code, or not."""
    signing_in.decide(claim)


@work.every(timedelta(minutes=10))
def forget_past() -> None:
    """Remove what is over."""
    signing_in.forget_past()
    sessions.forget_past()
    factors.forget_past()
