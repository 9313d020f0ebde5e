"""How precisely the systems may know where somebody is: a choice like any other, for all of them or for one."""

from __future__ import annotations

from collections.abc import Mapping

from portal.config import Purpose
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.policies import service as policies

PURPOSE, OFF = "location.level", "off"
MIXED = "mixed"  # no level, but how several differ


def purpose() -> Purpose:
    """Return what the site says about the choice; raises UnknownChoice where it does not ask."""
    return consents.purpose(PURPOSE)


def level(standing: Mapping[str, Choice]) -> Choice:
    """Return the level out of a person's standing: off where the site does not ask, mixed where systems differ."""
    for_all = standing.get(PURPOSE) or Choice(OFF)
    newest = max((for_all, *consents.for_one(standing, PURPOSE).values()), key=lambda choice: choice.event)
    return newest._replace(state=MIXED) if differs(standing) else newest


def differs(standing: Mapping[str, Choice]) -> bool:
    """Tell whether some system has another level than the one that was chosen for all."""
    for_all = standing.get(PURPOSE) or Choice(OFF)
    own = consents.for_one(standing, PURPOSE).values()
    return any(choice.state != for_all.state or not for_all.event for choice in own)


def choices(standing: Mapping[str, Choice]) -> dict[str, Choice]:
    """Return what of a standing is about the level: for all systems, and for one alone."""
    return {name: choice for name, choice in standing.items() if name.partition("@")[0] == PURPOSE}


def save(subject_id: int, chosen: str, language: str, source_id: str = "") -> int:
    """Record a level, which every system that takes it, or this one alone, is then told; return the event's number."""
    return policies.choose(subject_id, PURPOSE, chosen, language, source_id)
