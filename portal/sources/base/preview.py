"""What a deletion would do, seen beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from portal.sources.manifest import Action, Text
from portal.sources.manifest.model import BlockKind, Way


@dataclass(frozen=True)
class Line:
    """What a deletion would do to the rows of one table and controller, counted live."""

    table: str
    title: Text
    rows: int
    action: Action
    controller: str
    reason: Text | None = None
    until: date | None = None  # the last day on which one of the kept rows is kept


@dataclass(frozen=True)
class Blocker:
    """Something that stops a deletion, warns of it, or is lost by it. Facts hold dates and moments in ISO form.

    `money` says of which currency (ISO code) a fact is a sum; `way_out` and `url` how and where it can be settled.
    """

    kind: BlockKind
    table: str
    say: Text
    facts: Mapping[str, str | int] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    way_out: Text | None = None
    url: str = ""


@dataclass(frozen=True)
class Affected:
    """Other people whom a deletion touches, counted in facts as `people`: they are told, or somebody takes over."""

    table: str
    say: Text
    facts: Mapping[str, str | int]
    then: Way
    money: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Preview:
    """What a deletion would do, and what stands in its way."""

    lines: tuple[Line, ...]
    blockers: tuple[Blocker, ...]
    as_of: datetime
    affected: tuple[Affected, ...] = ()
