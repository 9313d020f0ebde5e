"""How precisely the systems may know where somebody is: a choice like any other."""

from __future__ import annotations

from collections.abc import Mapping

from portal.config import Purpose
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.policies import service as policies

PURPOSE, OFF = "location.level", "off"


def purpose() -> Purpose:
    """Return what the site says about the choice; raises UnknownChoice where it does not ask."""
    return consents.purpose(PURPOSE)


def level(standing: Mapping[str, Choice]) -> Choice:
    """Return the level out of a person's standing; off where the site does not ask."""
    return standing.get(PURPOSE) or Choice(OFF)


def save(subject_id: int, chosen: str, language: str) -> int:
    """Record a level, which every system that takes it is then told; return the event's number."""
    return policies.choose(subject_id, PURPOSE, chosen, language)
