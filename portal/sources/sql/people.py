"""Who is in a database: the keys of somebody with an identifier, or those of everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.sources import values
from portal.sources.base import Identifier, Key, Person
from portal.sources.identifiers import normal
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session
from portal.sources.sql.statement import joined


def find(session: Session, ground: Ground, identifier: Identifier) -> list[Key]:
    """Return the keys of everybody with an identifier."""
    subject = ground.manifest.subject
    known = ground.matched(ground.subject, subject.match, Person((), (identifier,)))
    columns = joined((ground.name(ground.subject, column) for column in subject.key), ", ")
    rows = session.all("SELECT " + columns + f" FROM {ground.from_(ground.subject)} WHERE " + known)
    return sorted((_key(row) for row in rows), key=str)


def keys(session: Session, ground: Ground) -> Iterator[tuple[Key, list[Identifier]]]:
    """Yield everybody's key with the identifiers of that row, those left out that are none."""
    subject, width = ground.manifest.subject, len(ground.manifest.subject.key)
    asked = [*subject.key, *(match.column for match in subject.match)]
    columns = joined((ground.name(ground.subject, column) for column in asked), ", ")
    for row in session.stream("SELECT " + columns + f" FROM {ground.from_(ground.subject)}"):
        pairs = zip(subject.match, row[width:], strict=True)
        found = [normal(match, value) for match, value in pairs]
        yield _key(row[:width]), [identifier for identifier in found if identifier]


def _key(row: tuple[Any, ...]) -> Key:
    return tuple(part if isinstance(part, int) else values.text(part) for part in row)
