"""What triggers write while somebody is erased: a history of what a row was, which the erasure has to take as well."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from portal.sources.base import Person
from portal.sources.sql import erasure
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session


def erase(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> Mapping[str, int]:
    """Erase, and once more in the same transaction where a trigger has put back rows of the person."""
    erased = erasure.erase(session, ground, person, only)
    if not _has_triggers(ground) or not erasure.remaining(session, ground, person, only):
        return erased
    again = erasure.erase(session, ground, person, only)
    return {name: rows + again[name] for name, rows in erased.items()}


def _has_triggers(ground: Ground) -> bool:
    return any(ground.live(table).triggers for table in ground.manifest.tables.values())
