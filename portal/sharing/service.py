"""What may be given to others: choices that are off by default, and a browser's signal that says no to some of them.

Global Privacy Control is a valid opt-out of the browser and of the person who is signed in (RULES G1 to G8): it is kept
as choices in the ledger, so its later absence undoes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from portal import config
from portal.config import Purpose, Site
from portal.consents import service as consents
from portal.consents.service import Choice, UnknownChoice
from portal.kernel.problems import N_, Problem
from portal.policies import service as policies

OFF, ON = "off", "on"
SIGNAL = "signal"  # the actor of a choice that a browser's signal made
_ROOM = "sharing."


class AgainstSignal(Problem):
    """The browser says no with each request, so it cannot say yes with one of them; facts: `purpose`."""

    status, code = 409, "against-signal"
    say = N_("Your browser asks sites not to share your data, and we follow that.")
    then = N_("To allow it all the same, switch the signal off for this site in your browser, and choose here again.")


class Count(NamedTuple):
    """How many choices are on, of how many, and whether anything was decided."""

    on: int
    all: int
    decided: bool


def says_no(header: str | None) -> bool:
    """Tell whether a Sec-GPC header is the signal: exactly 1, and of several that were joined any one (RULES G1)."""
    return header is not None and any(part.strip() == "1" for part in header.split(","))


def purposes() -> tuple[Purpose, ...]:
    """Return what somebody can choose about others, in the order of the site's file."""
    return _purposes(config.site())


def offered() -> bool:
    """Tell whether the site has anything to say about others who receive data."""
    return bool(purposes() or config.site().recipients)


@lru_cache(maxsize=4)
def _purposes(site: Site) -> tuple[Purpose, ...]:
    return tuple(known for name, known in site.purposes.items() if name.startswith(_ROOM))


def count(standing: Mapping[str, Choice]) -> Count:
    """Count the choices of a person's standing."""
    made = [standing[purpose.id] for purpose in purposes()]
    on, decided = [choice for choice in made if choice.state == ON], [choice for choice in made if choice.event]
    return Count(len(on), len(made), bool(decided))


def word(counted: Count) -> str:
    """Return a count in a word (a msgid with `on` and `all`), "" while nothing was decided."""
    if not counted.decided:
        return ""
    return N_("%(on)s of %(all)s") if counted.on else N_("Off")


def save(subject_id: int, purpose_id: str, state: str, language: str, *, signal: bool) -> None:
    """Record one choice, which holds from this moment.

    Raises UnknownChoice, and AgainstSignal where the same request carries the signal that says no.
    """
    if not purpose_id.startswith(_ROOM):
        raise UnknownChoice(purpose=purpose_id)
    if signal and state != OFF and consents.purpose(purpose_id).by_signal:
        raise AgainstSignal(purpose=purpose_id)
    policies.choose(subject_id, purpose_id, state, language)


def obey(subject_id: int, standing: Mapping[str, Choice], language: str) -> bool:
    """Switch off what the signal says no to and tell whether anything was: a no that stands is not said again."""
    said = {
        purpose.id: purpose.states[0]
        for purpose in config.site().purposes.values()
        if purpose.by_signal and not (standing[purpose.id].made and standing[purpose.id].state == purpose.states[0])
    }
    if said:
        policies.choose_all(subject_id, said, language, actor=SIGNAL)
    return bool(said)


def by_signal(standing: Mapping[str, Choice]) -> set[str]:
    """Return the purposes whose present state a browser's signal made."""
    events = {choice.event: name for name, choice in standing.items() if name.startswith(_ROOM) and choice.event}
    return {events[number] for number in consents.made_by(SIGNAL, list(events))}
