"""Work that outlives a request: the row is the truth, Huey only the engine.

A service writes a row whose `due_at` has come. A worker claims it by lease with a fencing token, does idempotent steps
and records each in a transaction that checks the token. Huey wakes the workers after a commit and sweeps every minute;
what it loses, the sweep finds. Any process may be killed at any instant.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import peewee
import structlog

from portal.kernel import clock
from portal.kernel.db import Model, MomentField, atomic, database, release
from portal.kernel.problems import LeaseLost, SourceUnavailable
from portal.kernel.work import claims, engine
from portal.kernel.work.claims import Claim, Claimable, Row
from portal.kernel.work.engine import queue, wake_table

__all__ = ["Claim", "Claimable", "queue", "wake_table"]

log = structlog.get_logger()
LONGEST_WAIT = 3600.0


@dataclass(frozen=True)
class Runner:
    """A kind of work: the rows of a table that satisfy `where`, and what is done with one of them."""

    name: str
    model: type[Claimable]
    where: Callable[[], Any] | None
    handle: Callable[[Claim[Any]], None]


_runners: dict[str, Runner] = {}
_schedules: dict[str, tuple[timedelta, Callable[[], None]]] = {}


def runner(
    name: str, model: type[Row], where: Callable[[], Any] | None = None
) -> Callable[[Callable[[Claim[Row]], None]], Callable[[Claim[Row]], None]]:
    """Declare who carries out the due rows of a table."""

    def declare(handle: Callable[[Claim[Row]], None]) -> Callable[[Claim[Row]], None]:
        _runners[name] = Runner(name, model, where, handle)
        return handle

    return declare


def every(span: timedelta) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare housekeeping that happens once a span, whatever the number of workers."""

    def declare(chore: Callable[[], None]) -> Callable[[], None]:
        _schedules[f"{chore.__module__}.{chore.__name__}"] = (span, chore)
        return chore

    return declare


class Schedule(Model):
    """When a chore was last begun: a unique row, so two consumers begin it once."""

    name = peewee.CharField(120, primary_key=True)
    begun_at = MomentField()

    class Meta:
        table_name = "schedules"
        whose = None
        erasure = None


def run(name: str) -> int:
    """Carry out every due row of a kind; return how many. A failing row is put off, never dropped."""
    count = 0
    while (claim := claim_next(_runners[name])) is not None:
        count += 1
        _carry_out(_runners[name], claim)
    return count


def claim_next(run: Runner) -> Claim[Any] | None:
    """Take the oldest due row of a kind of work."""
    return claims.take(run.model, run.where() if run.where else None)


def _carry_out(run: Runner, claim: Claim[Any]) -> None:
    wait = backoff(claim.row.attempts)
    try:
        with _kept(claim):
            run.handle(claim)
        claim.let_go()
    except LeaseLost:
        log.info("lease lost", work=run.name)
    except SourceUnavailable as problem:
        log.warning("system unavailable", work=run.name, source=problem.facts.get("source"), wait=wait)
        _put_off(claim, wait)
    except Exception:
        log.exception("work failed", work=run.name, row=claim.row.id, wait=wait)
        _put_off(claim, wait)


def backoff(attempts: int) -> float:
    """Return how many seconds to wait after so many attempts: doubling, up to an hour."""
    return min(2.0 ** min(attempts, 12), LONGEST_WAIT)


@contextmanager
def _kept(claim: Claim[Any]) -> Iterator[None]:
    """Keep the lease while a handler runs, however long another system takes to answer it."""
    over = threading.Event()

    def keep() -> None:
        try:
            while not over.wait(claims.lease().total_seconds() / 3) and claim.renew():
                pass
        except peewee.DatabaseError:
            log.warning("lease not renewed", work=claim.model.__name__)
        finally:
            if not database.is_closed():
                database.close()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _put_off(claim: Claim[Any], wait: float) -> None:
    try:
        claim.later(wait)
    except LeaseLost:
        log.info("lease lost", work=claim.model.__name__)


def drain() -> int:
    """Carry out everything that is due until nothing is; return how many rows. For one-shot workers and tests."""
    total = 0
    while done := sum(run(name) for name in list(_runners)):
        total += done
    return total


def sweep() -> None:
    """Wake the workers for what is due and was never woken, and begin the chores whose time has come."""
    for model in {run.model for run in _runners.values()}:
        if model.select().where(model.due_at <= clock.now()).exists():
            engine.wake(model._meta.table_name, 0)
    for name, (span, chore) in _schedules.items():
        if _begin(name, span):
            try:
                chore()
            except Exception:  # one chore that fails must not keep the others from their turn
                log.exception("chore failed", work=name)


def _begin(name: str, span: timedelta) -> bool:
    now = clock.now()
    with atomic():
        moved = Schedule.update(begun_at=now).where(Schedule.name == name, Schedule.begun_at <= now - span).execute()
        if moved:
            return True
        return bool(Schedule.insert(name=name, begun_at=now).on_conflict_ignore().as_rowcount().execute() == 1)


def open_queue(url: str, lease_seconds: float = 60) -> None:
    """Open the engine of this process, see `engine.start`; claims last so many seconds."""
    claims.use_lease(lease_seconds)
    engine.start(url, _task, _sweep_task)


def _task(table: str) -> None:
    try:
        for kind in list(_runners.values()):
            if kind.model._meta.table_name == table:
                run(kind.name)
    finally:
        release()


def _sweep_task() -> None:
    try:
        sweep()
    finally:
        release()
