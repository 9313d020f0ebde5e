"""Who is out of date in which system: level-triggered, so only the newest state ever counts.

`wanted` is the newest event of ours, `confirmed` the newest that the system has taken. The worker writes the *present*
standing and confirms the number that it read before; if a newer event came meanwhile, the row stays due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import peewee

from portal.kernel import clock
from portal.kernel.db import ROWS, MomentField, atomic, for_rows, moment, run, written
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
    again_at = MomentField(null=True)

    class Meta:
        table_name = "deliveries"
        title = N_("Choices passed on to each system")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source"), True),)


Waiting = dict[str, tuple[int, datetime]]  # by system: how many people, and since when the oldest

# Written out, because every choice is waited for.
_MARK = "INSERT INTO deliveries (subject, source, wanted, asked_at, due_at, confirmed, fence, attempts) VALUES "
_BEHIND = "SELECT source, COUNT(*), MIN(asked_at) FROM deliveries WHERE confirmed < wanted GROUP BY source"
_ONE = "(?, ?, ?, ?, ?, 0, 0, 0)"
_OVER = """ ON CONFLICT (subject, source) DO UPDATE
SET wanted = excluded.wanted, asked_at = excluded.asked_at, due_at = excluded.due_at, attempts = 0"""


def mark(subject: int, newest: Mapping[str, int]) -> None:
    """Say, by system, with which event a person's choices changed, in the transaction that appends it."""
    if not newest:
        return
    now = written(clock.now())
    values = [value for source, event in newest.items() for value in (subject, source, event, now, now)]
    run(for_rows(_MARK, _ONE, len(newest), _OVER), *values)
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


def again_each(source: str, subjects: Sequence[int]) -> None:
    """Ask a system again about people of whom it was found to say otherwise, in the transaction that notes it."""
    now = clock.now()
    anew = {"due_at": now, "attempts": 0, "confirmed": 0, "confirmed_at": None, "again_at": now}
    Delivery.update(anew).where(Delivery.source == source, Delivery.subject << list(subjects)).execute()
    wake_table(Delivery)


def behind(source: str, subjects: Sequence[int]) -> set[int]:
    """Return of whom a system has still to confirm something, in one statement."""
    late = (Delivery.source == source) & (Delivery.confirmed < Delivery.wanted) & (Delivery.subject << list(subjects))
    return {int(row.subject) for row in Delivery.select(Delivery.subject).where(late)}


def look_again(subject: int, source: str) -> None:
    """Let a worker look again at what a system has still to confirm, because it was heard of otherwise."""
    behind = (Delivery.source == source) & (Delivery.confirmed < Delivery.wanted)
    Delivery.update(due_at=clock.now()).where(behind, Delivery.subject == subject).execute()
    wake_table(Delivery)


def look_again_all(source: str) -> None:
    """Let a worker look again at everybody of whom a system has still to confirm something; some at a time."""
    while True:
        stuck = (Delivery.source == source) & (Delivery.confirmed < Delivery.wanted) & Delivery.due_at.is_null()
        some = Delivery.select(Delivery.id).where(stuck).limit(ROWS)
        with atomic():
            moved = Delivery.update(due_at=clock.now()).where(Delivery.id << some).execute()
        if moved < ROWS:
            break
    wake_table(Delivery)


def wait_for(claim: Claim[Delivery], is_unheard: Callable[[], bool]) -> bool:
    """Put a row aside until `look_again`, if something is still unheard once nobody else can change the row."""
    with claim.step():
        waits = is_unheard()
        if waits:
            Delivery.update(due_at=None).where(Delivery.id == claim.row.id).execute()
    return waits


def doubt(subject: int, source: str) -> None:
    """Note that a system did not answer when it was told of a person's choice by another way than the worker's."""
    behind = (Delivery.source == source) & (Delivery.confirmed < Delivery.wanted)
    Delivery.update(attempts=Delivery.attempts + 1).where(behind, Delivery.subject == subject).execute()


def waiting() -> Waiting:
    """Return, by system, for how many people something has still to be written there, and since when."""
    found = run(_BEHIND).fetchall()
    return {source: (int(count), moment(oldest)) for source, count, oldest in found}
