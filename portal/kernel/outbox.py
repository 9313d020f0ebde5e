"""Who is out of date in which system: level-triggered, so only the newest state ever counts.

`wanted` is the newest event of ours, `confirmed` the newest that the system has taken. The worker writes the *present*
standing and confirms the number that it read before; if a newer event came meanwhile, the row stays due.
"""

from __future__ import annotations

from datetime import datetime

import peewee

from portal.kernel import clock
from portal.kernel.db import MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claim, Claimable, wake_table


class Delivery(Claimable):
    """One person in one system."""

    subject = peewee.IntegerField()
    source = peewee.CharField(64)
    wanted = peewee.BigIntegerField()
    confirmed = peewee.BigIntegerField(default=0)
    asked_at = MomentField(default=clock.now)
    confirmed_at = MomentField(null=True)

    class Meta:
        table_name = "deliveries"
        title = N_("Choices passed on to each system")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source"), True),)


def mark(subject: int, source: str, event: int) -> None:
    """Say that a person's choices changed with an event, in the transaction that appends it."""
    now = clock.now()
    changes = {"wanted": event, "asked_at": now, "due_at": now, "attempts": 0}
    Delivery.insert(subject=subject, source=source, **changes).on_conflict(
        conflict_target=[Delivery.subject, Delivery.source], update=changes
    ).execute()
    wake_table(Delivery)


def again(subject: int, source: str) -> None:
    """Begin anew with a system that was found only now to hold something about a person."""
    mine = (Delivery.subject == subject) & (Delivery.source == source)
    Delivery.update(due_at=clock.now(), attempts=0, confirmed=0, confirmed_at=None).where(mine).execute()
    wake_table(Delivery)


def confirm(claim: Claim[Delivery], event: int, at: datetime) -> None:
    """Record what a system has taken; the row stays due if a newer event came meanwhile."""
    with claim.step(confirmed=event, confirmed_at=at):
        Delivery.update(due_at=None, attempts=0).where(Delivery.id == claim.row.id, Delivery.wanted == event).execute()


def of(subject: int) -> list[Delivery]:
    """Return where a person's choices stand, system by system."""
    return list(Delivery.select().where(Delivery.subject == subject).order_by(Delivery.source))
