"""What workers do for subjects."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts.models import Identifier
from portal.kernel import work
from portal.kernel.work import Claim
from portal.subjects import connecting, service
from portal.subjects.models import Connection


@work.runner("identifiers", Identifier)
def resolve(claim: Claim[Identifier]) -> None:
    """Look for a person in every system."""
    service.resolve(claim)


@work.runner("connections", Connection)
def connect(claim: Claim[Connection]) -> None:
    """Ask a system that was connected later about everybody who is known here."""
    connecting.connect(claim)


@work.every(timedelta(minutes=1))
def notice_new() -> None:
    """See whether a system was connected since."""
    connecting.notice_new()
