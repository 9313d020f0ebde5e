"""What workers do for reports about children: looking who may be meant, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from portal.children.models import Report
from portal.children.service import forgetting, matching, reporting
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("child reports", Report)
def look_into(claim: Claim[Report]) -> None:
    """Find who may be meant, and hold."""
    matching.look_into(claim)


@work.every(timedelta(minutes=1))
def catch_up() -> None:
    """Take up what was proven in another way."""
    reporting.catch_up()


@work.every(timedelta(days=1))
def forget() -> None:
    """Erase what is the reporter's on its date."""
    forgetting.nightly()
