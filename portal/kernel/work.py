"""Work that outlives a request: the row is the truth, Huey only the engine.

A service writes a row whose `due_at` has come. A worker claims it by lease with a fencing token, does idempotent steps
and records each in a transaction that checks the token. Huey wakes the workers after a commit and sweeps every minute;
what it loses, the sweep finds. Any process may be killed at any instant.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, urlsplit

import huey
import peewee
import structlog
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import SqliteStorage

from portal.kernel import clock, failpoints
from portal.kernel.db import Model, MomentField, after_commit, atomic, database, release
from portal.kernel.problems import LeaseLost, SourceUnavailable

log = structlog.get_logger()
LONGEST_WAIT = 3600.0
_state: dict[str, Any] = {"lease": timedelta(seconds=60), "queue": None}


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
                self.model.update(claimed_until=clock.now() + _state["lease"], **changes)
                .where(self.model.id == self.row.id, self.model.fence == self._fence)
                .execute()
            )
            if not held:
                raise LeaseLost()
            for name, value in changes.items():
                setattr(self.row, name, value)
            self.row.claimed_until = clock.now() + _state["lease"]
            yield

    def renew(self) -> bool:
        """Renew the lease from another thread; tell whether it was still held."""
        mine = (self.model.id == self.row.id) & (self.model.fence == self._fence)
        return bool(self.model.update(claimed_until=clock.now() + _state["lease"]).where(mine).execute())

    def beat(self) -> None:
        """Renew the lease when more than a third of it is used; cheap to call in a loop."""
        if self.row.claimed_until - clock.now() < _state["lease"] * 2 / 3:
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


def claim_next(run: Runner) -> Claim[Any] | None:
    """Take the oldest due row by compare-and-set on its fence; works on every engine."""
    model = run.model
    now = clock.now()
    due = (model.due_at <= now) & (model.claimed_until.is_null() | (model.claimed_until <= now))
    if run.where is not None:
        due &= run.where()
    while (row := model.select().where(due).order_by(model.due_at).first()) is not None:
        with atomic():
            taken = (
                model.update(fence=row.fence + 1, claimed_until=now + _state["lease"])
                .where(model.id == row.id, model.fence == row.fence)
                .execute()
            )
        if taken:
            row.fence, row.claimed_until = row.fence + 1, now + _state["lease"]
            return Claim(row)
    return None


def run(name: str) -> int:
    """Carry out every due row of a kind; return how many. A failing row is put off, never dropped."""
    count = 0
    while (claim := claim_next(_runners[name])) is not None:
        count += 1
        _carry_out(_runners[name], claim)
    return count


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
            while not over.wait(_state["lease"].total_seconds() / 3) and claim.renew():
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
            _wake(model._meta.table_name, 0)
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


class _JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON, never pickle: whoever can write to the queue must not run code."""

    def _serialize(self, data: Any) -> bytes:
        if isinstance(data, Message):
            data = {**data._asdict(), "eta": data.eta and data.eta.isoformat(), "expires_resolved": None}
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        read = json.loads(data)
        if isinstance(read, dict) and "id" in read:
            return Message(
                **{**read, "eta": read["eta"] and datetime.fromisoformat(read["eta"]), "args": tuple(read["args"])}
            )
        return read


class _SqliteStorage(SqliteStorage):  # type: ignore[misc]
    """Huey's own asks the disk to write at each commit, which takes longer than all the rest of a choice.

    A message that a power cut takes is found by the sweep; the file itself stays whole (WAL, synchronous NORMAL).
    """

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous = 1")
        return connection


def open_queue(url: str, lease_seconds: float = 60) -> huey.Huey:
    """Open the engine at `sqlite:///path`, `postgresql://…` or `redis://…` and register the two tasks it knows."""
    common = {"name": "portal", "serializer": _JsonSerializer(), "results": False, "utc": True}
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        queue: huey.Huey = huey.SqliteHuey(storage_class=_SqliteStorage, filename=unquote(parts.path[1:]), **common)
    elif parts.scheme in ("postgresql", "postgres"):
        queue = huey.PostgresHuey(dsn=url, **common)
    elif parts.scheme in ("redis", "rediss"):
        queue = huey.RedisHuey(url=url, **common)
    else:
        raise ValueError(f"PORTAL_QUEUE_URL: scheme {parts.scheme!r} is unknown; use sqlite, postgresql or redis")
    _state.update(lease=timedelta(seconds=lease_seconds), queue=queue, task=queue.task(name="run")(_task))
    queue.periodic_task(huey.crontab(minute="*"), name="sweep")(_sweep_task)
    return queue


def queue() -> huey.Huey:
    """Return the engine of this process, for the worker's consumer."""
    opened: huey.Huey = _state["queue"]
    return opened


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


def wake_table(model: type[Claimable], delay: float = 0) -> None:
    """Wake the workers that carry out the rows of a table, after the present transaction; a web process has none."""
    after_commit(lambda: _wake(model._meta.table_name, delay))


def _wake(table: str, delay: float) -> None:
    if _state["queue"] is None:
        return
    failpoints.point("queue: before wake")
    try:
        _state["task"].schedule(args=(table,), delay=delay) if delay else _state["task"](table)
    except Exception:  # the sweep finds the row; whoever asked must not see the engine's failure
        log.warning("queue unavailable", table=table)
