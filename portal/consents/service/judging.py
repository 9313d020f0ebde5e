"""May we? Read from one row: the standing holds the choices, and beside them all that can say no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from portal import config
from portal.consents.service.names import (
    HOLD,
    OBJECTION,
    REFUSAL,
    RESTRICTION,
    STOPS,
    covered,
    is_reserved,
    purpose,
    widened,
)
from portal.consents.service.projection import Choice, Reader, in_force, present, standing

_INTERESTS = frozenset({"legitimate-interest", "public-task"})  # the grounds that can be objected to (GDPR 21(1))
_REASONS = {HOLD: "held", OBJECTION: "objected", REFUSAL: "refused"}


class Answer(NamedTuple):
    """May we, and why: `reason` is "chosen", "not chosen", "not objected", "needed", "restricted", "objected",
    "refused" or "held".

    `since` is when that came to hold, `case` the reference of the request that it follows from.
    """

    allowed: bool
    reason: str
    since: datetime | None = None
    case: str = ""


def may(subject_id: int, purpose_id: str, state: str = "", source_id: str = "") -> bool:
    """Tell whether a purpose may be followed as far as this state, in one system or in all; see `why`."""
    return why(subject_id, purpose_id, state, source_id).allowed


def why(subject_id: int, purpose_id: str, state: str = "", source_id: str = "") -> Answer:
    """Tell whether a person's data may be used for a purpose as far as this state, or for a use; raises UnknownChoice.

    A restricted account is stored only: nothing but what the site says must go on (RULES X7). What is objected to
    stops while it is checked (L3), and marketing for good (M1). What a new policy changes stops until it is accepted
    (C8). A choice that is newer than either ends it, for the newest always counts. Mail of the portal itself about
    requests never asks here (M10).
    """
    return judged(standing(subject_id), purpose_id, state, source_id)


def judged(choices: Mapping[str, Choice], purpose_id: str, state: str = "", source_id: str = "") -> Answer:
    """Judge by a standing that was read before; see `why`."""
    use = purpose_id in config.site().uses
    states = () if use else purpose(purpose_id).states
    if states and state == states[0]:
        return Answer(True, "needed")
    if (name := stop_of(choices, purpose_id, source_id)) is not None:
        stop = choices[name]
        return Answer(False, _reason(name), stop.at, stop.case)
    if use:
        return Answer(True, "needed")
    choice = in_force(choices, purpose_id, source_id)
    allowed = states.index(choice.state) >= states.index(state or states[1])
    return Answer(allowed, _judged(allowed, choice), choice.at, choice.case)


def stop_of(choices: Mapping[str, Choice], purpose_id: str, source_id: str = "") -> str | None:
    """Return the reserved name that says no to a purpose or use, None where none does."""
    use = config.site().uses.get(purpose_id)
    if _says_no(choices, RESTRICTION) and not (use and use.while_restricted):
        return RESTRICTION
    chosen = 0 if use else in_force(choices, purpose_id, source_id).event
    for name in widened(purpose_id):
        if _says_no(choices, HOLD + name):
            return HOLD + name
        for stop in (OBJECTION + name, REFUSAL + name):
            if _says_no(choices, stop) and choices[stop].event > chosen:
                return stop
    return None


def stops(choices: Mapping[str, Choice]) -> Iterator[tuple[str, Choice]]:
    """Yield all that says no now, by its reserved name."""
    return ((name, choice) for name, choice in choices.items() if choice.state in STOPS and is_reserved(name))


def present_stops(reader: Reader) -> dict[str, Choice]:
    """Return what says no now to whoever a page is for, read once a request: every banner asks."""
    if "stops" not in reader.memo:
        reader.memo["stops"] = dict(stops(present(reader)))
    found: dict[str, Choice] = reader.memo["stops"]
    return found


def of_case(choices: Mapping[str, Choice], reference: str) -> dict[str, Choice]:
    """Return what follows from one request: what says no, and choices that were taken back by it."""
    return {name: choice for name, choice in choices.items() if choice.case == reference}


def stoppable(about: str) -> bool:
    """Tell whether what somebody objects to can stop while it is checked: a choice of this site, or an interest."""
    use = config.site().uses.get(about)
    return use.legal_basis in _INTERESTS if use else bool(covered(about))


def _judged(allowed: bool, choice: Choice) -> str:
    if not allowed:
        return "not chosen"
    return "chosen" if choice.event else "not objected"  # what is on although nobody said so is opt-out


def _says_no(choices: Mapping[str, Choice], name: str) -> bool:
    return name in choices and choices[name].state in STOPS


def _reason(name: str) -> str:
    return "restricted" if name == RESTRICTION else _REASONS[name.partition(".")[0] + "."]
