"""Huey, which wakes the workers and keeps the time. What it loses, the sweep finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import huey
import structlog
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import SqliteStorage

from portal.kernel import failpoints
from portal.kernel.db import Model, after_commit

log = structlog.get_logger()
_opened: dict[str, Any] = {}
_ENOUGH = 4  # messages for one table that wait: as many workers then look at its rows side by side
# Among the newest alone, by their key: a queue that nobody empties must not make its own waking slow.
_WAITING = """SELECT count(*) FROM (SELECT queue, data FROM task ORDER BY id DESC LIMIT 64) AS newest
WHERE queue = ? AND data = ?"""


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
    Where enough wait already no other is written: whoever takes one looks at every row that is due by then.
    """

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        if self.sql(_WAITING, (self.name, data), results=True)[0][0] < _ENOUGH:
            super().enqueue(data, priority)

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous = 1")
        return connection


def start(url: str, carry_out: Callable[[str], None], sweep: Callable[[], None]) -> None:
    """Open the engine at `sqlite:///path`, `postgresql://…` or `redis://…`; it knows two tasks.

    `carry_out` is given the name of a table whose rows are due; `sweep` is called every minute.
    """
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
    _message.cache_clear()
    _opened.update(queue=queue, wake=queue.task(name="run")(carry_out))
    queue.periodic_task(huey.crontab(minute="*"), name="sweep")(sweep)


def queue() -> huey.Huey:
    """Return the engine of this process, for the worker's consumer."""
    opened: huey.Huey = _opened["queue"]
    return opened


def wake_table(model: type[Model], delay: float = 0) -> None:
    """Wake the workers that carry out the rows of a table, after the present transaction; a web process has none."""
    after_commit(lambda: wake(model._meta.table_name, delay))


def wake(table: str, delay: float) -> None:
    """Wake them now, or after so many seconds."""
    if not _opened:
        return
    failpoints.point("queue: before wake")
    try:
        if delay:
            queue().enqueue(_task(table, delay))
        else:
            queue().storage.enqueue(_message(table))
    except Exception:  # the sweep finds the row; whoever asked must not see the engine's failure
        log.warning("queue unavailable", table=table)


@lru_cache
def _message(table: str) -> bytes:
    """Return what wakes them now; all for a table are alike, so that those which wait can be counted."""
    message: bytes = queue().serialize_task(_task(table, 0))
    return message


def _task(table: str, delay: float) -> Any:
    return _opened["wake"].s(table, id=table, delay=delay or None)
