"""Looking into the log: by one person, and by staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from portal.kernel.audit.tables import AuditEvent


@dataclass(frozen=True)
class Wanted:
    """Which events staff ask for; what is empty asks for nothing. `actor` is whole, or a kind such as "staff"."""

    name: str = ""
    subject: int | None = None
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None  # itself not included

    def conditions(self) -> list[Any]:
        """Return what an event must satisfy."""
        kind = (AuditEvent.actor == self.actor) | AuditEvent.actor.startswith(f"{self.actor}:")
        asked: list[tuple[Any, Any]] = [
            (self.name, AuditEvent.name == self.name),
            (self.subject is not None, AuditEvent.subject == self.subject),
            (self.actor, kind),
            (self.since, AuditEvent.at >= self.since),
            (self.until, AuditEvent.at < self.until),
        ]
        return [condition for given, condition in asked if given]


def of_subject(subject: int, before: int | None, limit: int, without: Any = None) -> list[AuditEvent]:
    """Return what the log says of a person, the newest first; `before` is the event that the last page ended with.

    `without` is a query for the numbers of events that are left out.
    """
    return recent(Wanted(subject=subject), before, limit, without)


def recent(wanted: Wanted, before: int | None, limit: int, without: Any = None) -> list[AuditEvent]:
    """Return events that staff ask for, the newest first; `before` and `without` as for `of_subject`."""
    conditions = wanted.conditions() + ([AuditEvent.id < before] if before else [])
    conditions += [] if without is None else [AuditEvent.id.not_in(without)]
    found = AuditEvent.select().order_by(AuditEvent.id.desc()).limit(limit)
    return list(found.where(reduce(and_, conditions)) if conditions else found)
