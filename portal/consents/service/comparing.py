"""What a system has stored of a person beside what holds for them: where it says yes after a no, and where less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from portal import config
from portal.consents.models import document
from portal.consents.service.judging import stop_of
from portal.consents.service.names import RESTRICTION, STOPS
from portal.consents.service.projection import Choice, in_force, read
from portal.consents.service.suspending import OFF, ON
from portal.sources.base import Source

YES, LESS = "yes", "less"  # it says yes after a no; it lacks a yes


class Difference(NamedTuple):
    """One purpose of which a system says otherwise; `event` is the number in the ledger of what holds."""

    purpose: str
    kind: str
    stored: str
    wanted: str
    event: int


def differences(choices: Any, stored: Mapping[str, str], source: Source) -> Iterator[Difference]:
    """Yield where a system's settings are not what the choices of a standing say, for what somebody chose or stopped.

    A state that no word of the manifest stands for counts as a yes where a no holds: nobody can tell.
    """
    standing = read(document(choices) if choices else {})
    for name, said in stored.items():
        if name == RESTRICTION:
            found = _restriction(standing, said)
        elif name in config.site().purposes:
            found = _purpose(standing, name, said, source)
        else:
            found = None
        if found:
            yield found


def _restriction(standing: Mapping[str, Choice], said: str) -> Difference | None:
    stop = standing.get(RESTRICTION)
    if stop is None:
        return None
    wanted = ON if stop.state in STOPS else OFF
    return None if said == wanted else Difference(RESTRICTION, YES if wanted == ON else LESS, said, wanted, stop.event)


def _purpose(standing: Mapping[str, Choice], name: str, said: str, source: Source) -> Difference | None:
    states, chosen = config.site().purposes[name].states, in_force(standing, name, source.id)
    stop = stop_of(standing, name, source.id)
    if stop is None and (not chosen.event or chosen.origin):
        return None  # nobody ever chose here: the system keeps its own setting
    wanted, event = (states[0], standing[stop].event) if stop else (chosen.state, chosen.event)
    if said == wanted:
        return None
    less = said in states and states.index(said) < states.index(wanted)
    return Difference(name, LESS if less else YES, said, wanted, event)
