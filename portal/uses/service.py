"""All uses that no other page draws, from the site's file alone: a new one needs no code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from portal import config
from portal.config import Purpose, Site, Use
from portal.consents import service as consents
from portal.consents.service import Choice, UnknownChoice
from portal.kernel.problems import N_
from portal.policies import service as policies

PAGE = "uses"


class Told(NamedTuple):
    """A use that nobody is asked about; `stoppable` tells whether one can object to it by a request (GDPR 21(1))."""

    id: str
    use: Use
    stoppable: bool


def purposes() -> tuple[Purpose, ...]:
    """Return what somebody can decide about here, in the order of the site's file."""
    return _purposes(config.site())


@lru_cache(maxsize=4)
def _purposes(site: Site) -> tuple[Purpose, ...]:
    return tuple(known for name, known in site.purposes.items() if consents.page_of(name) == PAGE)


def told() -> list[Told]:
    """Return what goes on without being asked about."""
    return [Told(name, use, consents.stoppable(name)) for name, use in config.site().uses.items()]


def word(standing: Mapping[str, Choice]) -> str:
    """Return how things stand in a word (a msgid), "" where nothing was decided."""
    objected = [standing[one.id].state == one.states[0] for one in purposes() if standing[one.id].event]
    return "" if not objected else N_("Off") if any(objected) else N_("On")


def save(subject_id: int, purpose_id: str, state: str, language: str) -> None:
    """Record one choice, which holds from this moment; raises UnknownChoice, also for what another page draws."""
    if consents.page_of(purpose_id) != PAGE:
        raise UnknownChoice(purpose=purpose_id)
    policies.choose(subject_id, purpose_id, state, language)
