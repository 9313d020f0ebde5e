"""Rows that workers claim by lease, with a fencing token that tells whoever lost the lease that it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar

import peewee

from portal.kernel import clock
from portal.kernel.db import Model, MomentField, atomic, database, written
from portal.kernel.problems import LeaseLost
from portal.kernel.work.engine import wake_table

_lease = timedelta(seconds=60)


def lease() -> timedelta:
    """Return how long a claim lasts unless it is renewed."""
    return _lease


def use_lease(seconds: float) -> None:
    """Let claims of this process last so long."""
    global _lease
    _lease = timedelta(seconds=seconds)


class Claimable(Model):
    """Columns of a table whose rows workers claim; `due_at` is null when there is nothing left to do."""

    mixin = True
    due_at = MomentField(null=True, index=True, default=clock.now)
    claimed_until = MomentField(null=True)
    fence = peewee.IntegerField(default=0)
    attempts = peewee.IntegerField(default=0)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save, and wake the workers of this table once the transaction is committed."""
        saved = super().save(*args, **kwargs)
        if self.due_at and self.due_at <= clock.now():
            wake_table(type(self))
        return saved


Row = TypeVar("Row", bound=Claimable)


class Claim(Generic[Row]):
    """A row that this worker holds until its lease runs out."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.model = type(row)
        self._fence = row.fence

    @contextmanager
    def step(self, **changes: Any) -> Iterator[None]:
        """Open the transaction of one step: it renews the lease, and raises LeaseLost if another worker took over."""
        with atomic():
            held = (
                self.model.update(claimed_until=clock.now() + _lease, **changes)
                .where(self.model.id == self.row.id, self.model.fence == self._fence)
                .execute()
            )
            if not held:
                raise LeaseLost()
            for name, value in changes.items():
                setattr(self.row, name, value)
            self.row.claimed_until = clock.now() + _lease
            yield

    def renew(self) -> bool:
        """Renew the lease from another thread; tell whether it was still held."""
        mine = (self.model.id == self.row.id) & (self.model.fence == self._fence)
        return bool(self.model.update(claimed_until=clock.now() + _lease).where(mine).execute())

    def beat(self) -> None:
        """Renew the lease when more than a third of it is used; cheap to call in a loop."""
        if self.row.claimed_until - clock.now() < _lease * 2 / 3:
            with self.step():
                pass

    def done(self, **changes: Any) -> None:
        """Record the last step: nothing is due any more, unless `due_at` names the next time."""
        with self.step(**{"due_at": None, **changes, "attempts": 0}):
            pass
        self.let_go()

    def later(self, seconds: float, **changes: Any) -> None:
        """Try again after a while."""
        with self.step(**changes, due_at=clock.now() + timedelta(seconds=seconds), attempts=self.row.attempts + 1):
            pass
        self.let_go()
        wake_table(self.model, seconds)

    def let_go(self) -> None:
        """End the lease, so that another worker need not wait for it to run out."""
        self.model.update(claimed_until=None).where(
            self.model.id == self.row.id, self.model.fence == self._fence
        ).execute()


def take(model: type[Row], where: Any = None) -> Claim[Row] | None:
    """Take the oldest due row of a table by compare-and-set on its fence; works on every engine."""
    now = clock.now()
    while (row := _oldest(model, now, where)) is not None:
        with atomic():
            taken = (
                model.update(fence=row.fence + 1, claimed_until=now + _lease)
                .where(model.id == row.id, model.fence == row.fence)
                .execute()
            )
        if taken:
            row.fence, row.claimed_until = row.fence + 1, now + _lease
            return Claim(row)
    return None


def _oldest(model: type[Row], now: datetime, where: Any) -> Row | None:
    if where is None:  # written out, for a worker with nothing to do asks this of thirty tables again and again
        found = model.raw(_oldest_due(model._meta.table_name, database.obj.param), written(now), written(now))
        return next(iter(found), None)
    due = (model.due_at <= now) & (model.claimed_until.is_null() | (model.claimed_until <= now)) & where
    row: Row | None = model.select().where(due).order_by(model.due_at).first()
    return row


@cache
def _oldest_due(table: str, value: str) -> str:
    free = f"(claimed_until IS NULL OR claimed_until <= {value})"
    return f'SELECT * FROM "{table}" WHERE due_at <= {value} AND {free} ORDER BY due_at LIMIT 1'  # noqa: S608
