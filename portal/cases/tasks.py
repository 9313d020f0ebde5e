"""What workers do for cases: let out what staff wrote once it can no longer be taken back, ask and remind companies."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import CaseMessage, Routing
from portal.cases.service import digests, presence, routing, thread
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("case messages", CaseMessage)
def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message out."""
    thread.deliver(claim)


@work.runner("companies asked", Routing)
def watch(claim: Claim[Routing]) -> None:
    """Remind a company, or note that its time is over."""
    routing.watch(claim)


@work.every(timedelta(minutes=1))
def route_new() -> None:
    """Ask the companies that decide about rows of whoever has made a request."""
    routing.route_new()


@work.every(timedelta(hours=1))
def forget_presence() -> None:
    """Forget who was writing."""
    presence.forget_past()


@work.every(timedelta(days=1))
def tell_staff() -> None:
    """Tell staff what has come to a new part of its time."""
    digests.send()
