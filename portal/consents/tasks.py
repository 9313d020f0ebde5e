"""What workers do for consents."""

from __future__ import annotations

from datetime import timedelta

from portal.consents import service
from portal.consents.models import Reconciliation
from portal.consents.service import reconciling
from portal.kernel import work
from portal.kernel.outbox import Delivery
from portal.kernel.work import Claim


@work.runner("choices", Delivery)
def pass_on(claim: Claim[Delivery]) -> None:
    """Write a person's present choices into one system."""
    service.pass_on(claim)


@work.runner("reconciliations", Reconciliation)
def reconcile(claim: Claim[Reconciliation]) -> None:
    """Compare one system with what people chose."""
    reconciling.reconcile(claim)


@work.every(timedelta(hours=1))
def keep_in_step() -> None:
    """Know every connected system that is compared at night."""
    reconciling.keep_in_step()


@work.every(timedelta(minutes=1))
def read_first() -> None:
    """Take in what systems have of people who were found there lately."""
    service.first_connection()


@work.every(timedelta(minutes=1))
def welcome() -> None:
    """Let what was remembered of an address count for whoever proved it."""
    service.welcome_newcomers()


@work.every(timedelta(days=1))
def forget_strangers() -> None:
    """Forget what was imported of people who never came."""
    service.forget_strangers()
