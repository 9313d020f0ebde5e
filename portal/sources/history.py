"""Where a person was, as far as a connected system keeps it: looked at, counted and deleted, never held whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.sources.base import Key, Person


@dataclass(frozen=True)
class Span:
    """From `since`, which belongs to it, up to `until`, which does not; None is without an end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Point:
    """One place at one moment. `mark` is the moment as the system writes it, so that a page can go on behind it."""

    key: Key
    at: datetime
    latitude: float
    longitude: float
    mark: str


@dataclass(frozen=True)
class After:
    """Where a list goes on: behind a point of this system; without a key, behind or at a moment of another's."""

    at: datetime
    mark: str = ""
    key: Key = ()
    included: bool = False


@dataclass(frozen=True)
class Reported:
    """What the app last said of the switch that the phone itself has; `state` is the app's own word."""

    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """When the first point was taken, and how many lie in each of the spans asked for."""

    first: datetime | None = None
    spans: Sequence[int] = field(default_factory=tuple)


class History(ABC):
    """The points of a system. Each call opens what it needs; each raises SourceUnavailable."""

    @abstractmethod
    def reported(self, person: Person) -> Reported | None:
        """Return the state of the phone's own switch as it was last reported; None when it never was."""

    @abstractmethod
    def tally(self, person: Person, spans: Sequence[Span]) -> Tally:
        """Count by span; the system counts, in one statement."""

    @abstractmethod
    def page(self, person: Person, after: After | None, size: int) -> list[Point]:
        """Return so many points, the newest first, that come behind a place in the list."""

    @abstractmethod
    def delete(self, person: Person, span: Span, most: int) -> int:
        """Delete the oldest points of a span, about `most` in one short transaction; 0 once none is left."""

    @abstractmethod
    def delete_one(self, person: Person, key: Key) -> int:
        """Delete one point; 0 when it is gone already or is not this person's."""
