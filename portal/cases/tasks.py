"""What workers do for cases: let messages out, look into proofs, ask companies, and forget what is over."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Attempt, CaseMessage, Routing
from portal.cases.service import digests, forgetting, on_file, presence, routing, thread
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


@work.runner("case attempts", Attempt)
def look_into(claim: Claim[Attempt]) -> None:
    """Look into what was typed to show who asks."""
    on_file.look_into(claim)


@work.every(timedelta(hours=6))
def expire_unproven() -> None:
    """End what nobody ever proved."""
    forgetting.expire_unproven()


@work.every(timedelta(hours=6))
def forget_closed() -> None:
    """Erase what was written in requests that are long over."""
    forgetting.forget_closed()


@work.every(timedelta(hours=1))
def forget_attempts() -> None:
    """Remove codes that are over."""
    forgetting.forget_attempts()


@work.every(timedelta(hours=1))
def forget_presence() -> None:
    """Forget who was writing."""
    presence.forget_past()


@work.every(timedelta(days=1))
def tell_staff() -> None:
    """Tell staff what has come to a new part of its time."""
    digests.send()
