"""Who did what and when: append-only, chained by hash, with no personal value in it (RULES S2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import peewee

from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField, atomic, is_sqlite, run, written
from portal.kernel.problems import N_

_declared: dict[str, frozenset[str]] = {}
_CHAIN_LOCK = 7_201_901  # any number, the same in every process
# Written out, because every choice is waited for.
_END = "SELECT hash FROM audit_events ORDER BY id DESC LIMIT 1"
_APPEND = "INSERT INTO audit_events (at, name, subject, actor, keys, hash) VALUES "
_ONE = "(?, ?, ?, ?, ?, ?)"


class AuditEvent(Model):
    """One line of the log. `subject` is our number of a person, never their name."""

    at = MomentField(index=True)
    name = peewee.CharField(64)
    subject = peewee.IntegerField(null=True, index=True)
    actor = peewee.CharField(32)  # "person", "worker", "staff:<number>", "parent"
    keys = JsonField(default=dict)
    hash = peewee.CharField(64, unique=True)

    class Meta:
        table_name = "audit_events"
        title = N_("Log of what happened with your account")
        whose = "subject"
        erasure = "keep"
        embargo = "id"


def declare(name: str, *keys: str) -> None:
    """Declare an event and the exact keys that it carries."""
    _declared[name] = frozenset(keys)


def declared() -> dict[str, frozenset[str]]:
    """Return every declared event with its keys."""
    return dict(_declared)


def record(event: str, *, subject: int | None = None, actor: str = "person", **keys: Any) -> None:
    """Append a declared event in the present transaction; KeyError and ValueError name what was not declared."""
    record_each(event, [keys], subject=subject, actor=actor)


def record_each(event: str, each: Sequence[dict[str, Any]], *, subject: int | None = None, actor: str) -> None:
    """Append a declared event once for each of these keys, with one look at the end of the chain."""
    for keys in each:
        if keys.keys() != _declared[event]:
            raise ValueError(f"{event} carries {sorted(_declared[event])}, not {sorted(keys)}")
    with atomic():
        if not is_sqlite():
            run("SELECT pg_advisory_xact_lock(?)", _CHAIN_LOCK)
        end = run(_END).fetchone()
        last, at, values = end[0] if end else "", clock.now(), list[Any]()
        for keys in each:
            last = _link(last, at, event, subject, actor, keys)
            values += [written(at), event, subject, actor, json.dumps(keys), last]
        run(_APPEND + ", ".join([_ONE] * len(each)), *values)


def of_subject(subject: int, before: int | None, limit: int, without: Any = None) -> list[AuditEvent]:
    """Return what the log says of a person, the newest first; `before` is the event that the last page ended with.

    `without` is a query for the numbers of events that are left out.
    """
    mine = AuditEvent.subject == subject
    if without is not None:
        mine &= AuditEvent.id.not_in(without)
    which = mine & (AuditEvent.id < before) if before else mine
    return list(AuditEvent.select().where(which).order_by(AuditEvent.id.desc()).limit(limit))


def verify() -> int | None:
    """Return the id of the first event that does not follow from the one before; None when the chain holds."""
    last = ""
    for row in AuditEvent.select().order_by(AuditEvent.id).iterator():
        if row.hash != _link(last, row.at, row.name, row.subject, row.actor, row.keys):
            return int(row.id)
        last = row.hash
    return None


def _link(last: str, at: datetime, event: str, subject: int | None, actor: str, keys: dict[str, Any]) -> str:
    text = json.dumps([last, at.isoformat(timespec="microseconds"), event, subject, actor, keys], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
