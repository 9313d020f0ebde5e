"""How precisely the systems may know where somebody is: a choice like any other, for all of them or for one."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import NamedTuple

from portal import config
from portal.config import Purpose, Words
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.policies import service as policies

PURPOSE, OFF = "location.level", "off"
MIXED = "mixed"  # no level, but how several differ


def purpose() -> Purpose:
    """Return what the site says about the choice; raises UnknownChoice where it does not ask."""
    return consents.purpose(PURPOSE)


def offered() -> bool:
    """Tell whether the site asks people about their location at all."""
    return PURPOSE in config.site().purposes


def about(part: str) -> Words:
    """Return what the site says of what location is for, `brief` in a line or `about` in full; {} where nothing."""
    known = config.site().purposes.get(PURPOSE)
    return dict(getattr(known, part)) if known else {}


class Stand(NamedTuple):
    """How precise location may be: the level, and whether some system has another than was chosen for all."""

    level: Choice
    differs: bool


def stand(standing: Mapping[str, Choice]) -> Stand:
    """Return how the choice stands: off where the site does not ask, mixed where systems differ."""
    for_all = standing.get(PURPOSE) or Choice(OFF)
    own = consents.for_one(standing, PURPOSE).values()
    if not own:
        return Stand(for_all, differs=False)
    newest = max((for_all, *own), key=attrgetter("event"))
    differs = any(choice.state != for_all.state or not for_all.event for choice in own)
    return Stand(newest._replace(state=MIXED) if differs else newest, differs)


def level(standing: Mapping[str, Choice]) -> Choice:
    """Return the level alone; see `stand`."""
    return stand(standing).level


def save(subject_id: int, chosen: str, language: str, source_id: str = "") -> int:
    """Record a level, which every system that takes it, or this one alone, is then told; return the event's number."""
    return policies.choose(subject_id, PURPOSE, chosen, language, source_id)
