"""What triggers write while somebody is erased: a history of what a row was, which the erasure has to take as well."""

from __future__ import annotations

from collections.abc import Collection

from portal.sources.base import Person
from portal.sources.sql import erasure
from portal.sources.sql.files import NO_FILES, Cabinet
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session


def erase(
    session: Session, ground: Ground, person: Person, only: Collection[str] | None = None, cabinet: Cabinet = NO_FILES
) -> dict[str, int]:
    """Erase, and once more in the same transaction where a trigger has put back rows of the person."""
    erased = erasure.erase(session, ground, person, only, cabinet)
    if not have_put_back(session, ground, person, only):
        return erased
    again = erasure.erase(session, ground, person, only, cabinet)
    return {name: rows + again[name] for name, rows in erased.items()}


def have_put_back(session: Session, ground: Ground, person: Person, only: Collection[str] | None) -> bool:
    """Tell whether rows of a person are there again after their erasure, because triggers wrote them."""
    has_any = any(ground.live(table).triggers for table in ground.manifest.tables.values())
    return has_any and bool(erasure.remaining(session, ground, person, only))
