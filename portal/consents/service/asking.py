"""May we, ten thousand times? Judged from standings as they are stored, without reading what no question is about.

What it answers is what `judging` answers, and a test compares the two; pages ask once and use that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NotRequired, TypedDict

import orjson

from portal import config
from portal.config import Site
from portal.consents.service.names import HOLD, OBJECTION, REFUSAL, RESTRICTION, STOPS, named, widened
from portal.kernel.db import is_sqlite

_REASONS = {"held": HOLD, "objected": OBJECTION, "refused": REFUSAL}


class Told(TypedDict):
    """An answer as it is sent: see `judging.Answer`; `since` is a moment as the standing has it."""

    allowed: bool
    reason: str
    since: NotRequired[str]
    request: NotRequired[str]
    again_at: NotRequired[str]


UNKNOWN_PURPOSE = Told(allowed=False, reason="unknown-purpose")
UNKNOWN_PERSON = Told(allowed=False, reason="unknown-person")
NOT_CHOSEN = Told(allowed=False, reason="not-chosen")
NOT_OBJECTED = Told(allowed=True, reason="not-objected")
NEEDED = Told(allowed=True, reason="needed")


class Question:
    """One purpose, up to a state, in one system: prepared once, put to any number of standings."""

    def __init__(self, site: Site, purpose_id: str, state: str, source_id: str) -> None:
        use, purpose = site.uses.get(purpose_id), site.purposes.get(purpose_id)
        self._states = purpose.states if purpose and not use else ()
        self.is_known = bool(use) if not self._states else state in ("", *self._states)
        self._least = self._states.index(state or self._states[1]) if self._states and self.is_known else 0
        self._enough = frozenset(self._states[self._least :])
        self._protective = bool(self._states) and self._least == 0
        by_default = bool(purpose and self._states and purpose.default in self._enough)
        self._unchosen = NEEDED if not self._states else NOT_OBJECTED if by_default else NOT_CHOSEN
        self._exempt = bool(use and use.while_restricted)
        self._names = (named(purpose_id, source_id), purpose_id)
        self._stops = [(reason, kind + name) for name in widened(purpose_id) for reason, kind in _REASONS.items()]
        self._stopping = frozenset((RESTRICTION, *[name for _, name in self._stops]))

    def of_nobody(self) -> Told:
        """Answer about somebody who is not known: nothing that has to be chosen is allowed, opt-out is."""
        if not self.is_known:
            return UNKNOWN_PURPOSE
        if self._protective:
            return NEEDED
        return UNKNOWN_PERSON if self._unchosen is NOT_CHOSEN else self._unchosen

    def of_kept(self, kept: dict[str, Any]) -> Told | None:
        """Answer by what is remembered of an address without an account; None where that does not say no to it."""
        said = kept.get(self._names[1]) if self._states and not self._protective else None
        return _told(False, "suppressed", said) if said and said[0] not in self._enough else None

    def of(self, choices: dict[str, Any]) -> Told:
        """Answer by the choices of a standing."""
        if not self.is_known:
            return UNKNOWN_PURPOSE
        if self._protective:
            return NEEDED
        own, everywhere = self._names
        choice = (choices.get(own) or choices.get(everywhere)) if self._states else None
        if not self._stopping.isdisjoint(choices) and (stop := self._stop(choices, choice)):
            return stop
        if choice is None:
            return self._unchosen
        allowed = choice[0] in self._enough
        return _told(allowed, "chosen" if allowed else "not-chosen", choice)

    def _stop(self, choices: dict[str, Any], choice: list[Any] | None) -> Told | None:
        stop = None if self._exempt else choices.get(RESTRICTION)
        if stop and stop[0] in STOPS:
            return _told(False, "restricted", stop)
        for reason, name in self._stops:
            if (stop := choices.get(name)) and stop[0] in STOPS:
                if reason == "held" or stop[1] > (choice[1] if choice else 0):
                    return _told(False, reason, stop)
        return None


def refused(choices: dict[str, Any]) -> list[str]:
    """Return every purpose and use that somebody's own word, or a request of theirs, says no to."""
    told = ((name, one.of(choices)) for name, one in _everything(config.site()))
    return [name for name, answer in told if not answer["allowed"] and "since" in answer]


def question(purpose_id: str, state: str = "", source_id: str = "") -> Question:
    """Return a question, prepared."""
    return _question(config.site(), purpose_id, state, source_id)


def document(stored: Any) -> dict[str, Any]:
    """Return choices as either engine gives them out, none for somebody who has no standing yet."""
    read: dict[str, Any] = orjson.loads(stored) if isinstance(stored, str) else stored or {}
    return read


def documents(stored: Sequence[Any]) -> list[dict[str, Any]]:
    """Return many of them, in their order; read as one, for that is quicker."""
    if not is_sqlite():
        return [choices or {} for choices in stored]
    read: list[dict[str, Any]] = orjson.loads(f"[{','.join([choices or '{}' for choices in stored])}]")
    return read


def strictest(answers: Iterable[Told]) -> Told:
    """Return of several persons' answers the one that allows least: whoever shares a row is heeded too."""
    told = list(answers)
    return next((one for one in told if not one["allowed"]), told[0])


def _told(allowed: bool, reason: str, choice: list[Any]) -> Told:
    told: Told = {"allowed": allowed, "reason": reason, "since": choice[2]}
    if len(choice) > 3 and choice[3]:
        told["request"] = choice[3]
    return told


@lru_cache(maxsize=4096)
def _question(site: Site, purpose_id: str, state: str, source_id: str) -> Question:
    return Question(site, purpose_id, state, source_id)


@lru_cache(maxsize=4)
def _everything(site: Site) -> list[tuple[str, Question]]:
    """Return a question for each purpose that can be off, and for each use."""
    names = [name for name, known in site.purposes.items() if known.states[0] == "off"]
    return [(name, Question(site, name, "", "")) for name in (*names, *site.uses)]
