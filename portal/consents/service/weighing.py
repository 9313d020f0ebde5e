"""What holds when several systems say different things, and the person something of their own: deny wins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from portal import config

OFF = "off"
SYSTEM, FILE, LISTED, ERASED = "system", "import", "suppression", "erased"
IMPORTED = frozenset({SYSTEM, FILE, LISTED, ERASED})  # the actors of what was recorded elsewhere
_FIRM = frozenset({LISTED, ERASED})  # a list of who must be left out says so now, whatever its date


class Word(NamedTuple):
    """One event about one purpose as it is weighed; `origin` is "" for what was said here."""

    state: str
    event: int
    at: datetime
    actor: str
    origin: str = ""
    said_at: datetime | None = None
    case: str = ""

    @property
    def since(self) -> datetime:
        """Return when it was said, or came here where nobody knows that."""
        return self.said_at or self.at


def weigh(name: str, words: Iterable[Word]) -> Word | None:
    """Return the word that holds of all that was said about a purpose, in the order of the ledger; None for none.

    Of each origin the newest by its own date counts, and of those the most protective. It counts beside what was said
    here only if it says no to it and came later: a list always, anything else if it was said later too. So a yes from
    elsewhere never overrides a no given here, and a choice made here ends whatever was imported before.
    """
    own, newest = None, dict[tuple[str, bool], Word]()
    for word in words:
        place = (word.origin, word.actor in _FIRM)
        if not word.origin:
            own = word if own is None or not outvoted(name, word.state, word.at, own.state, own.at) else own
        elif place not in newest or (word.since, word.event) >= (newest[place].since, newest[place].event):
            newest[place] = word
    counting = [word for word in newest.values() if own is None or _overrides(name, word, own)]
    return min(counting, key=lambda word: (rank(name, word.state), -word.since.timestamp()), default=own)


def kept_there(name: str, word: Word) -> bool:
    """Tell what no system is told of: a yes from elsewhere, and what a system said of itself."""
    known = config.site().purposes.get(name)
    return bool(word.origin and known) and (word.actor == SYSTEM or rank(name, word.state) > 0)


def stored(name: str, word: Word) -> list[Any]:
    """Return a word as the standing has it."""
    told = [word.state, word.event, word.at.isoformat()]
    if kept_there(name, word):
        return [*told, "", word.origin]
    return [*told, word.case] if word.case else told


def rank(name: str, state: str) -> int:
    """Return how much a state permits, 0 for the most protective and for whatever is no choice of this site."""
    known = config.site().purposes.get(name.partition("@")[0])
    return known.states.index(state) if known and state in known.states else 0


def outvoted(name: str, state: str, begun: datetime, present: str, since: datetime) -> bool:
    """Tell whether a state that gives more was begun before the present one, that gives less, was recorded."""
    return rank(name, state) > rank(name, present) and begun < since


def says_no(name: str, state: str) -> bool:
    """Tell whether a state of a choice is its "off"; how long something is kept can be short, and is no refusal."""
    known = config.site().purposes.get(name)
    return known is not None and state == known.states[0] == OFF


def _overrides(name: str, word: Word, own: Word) -> bool:
    if rank(name, word.state) >= rank(name, own.state) or (word.event < own.event and word.at <= own.at):
        return False
    return word.actor in _FIRM or (word.said_at is not None and word.said_at > own.at)
