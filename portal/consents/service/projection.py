"""What holds now for a person: the ledger's projection, read and replayed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from portal import config
from portal.config import Site
from portal.consents.models import ConsentEvent, choices_of, document, held, numbers_by
from portal.consents.service.names import is_reserved, named, parted, takers
from portal.consents.service.weighing import Word, kept_there, outvoted, stored, weigh
from portal.subjects.models.session import STANDS, stand_of

REQUEST = "request"  # stands for the notice where an event follows from a request; its version is the reference


class Choice(NamedTuple):
    """The present state of a purpose. Without an event nobody has chosen yet, and the state is the default.

    `case` is the reference of the request that it follows from, "" for a choice. `origin` is where it was recorded, for
    what came from there and no system is told of.
    """

    state: str
    event: int = 0
    at: datetime | None = None
    case: str = ""
    origin: str = ""

    @property
    def made(self) -> bool:
        """Tell whether somebody chose so, and the systems are told; what was only found elsewhere is no such choice."""
        return self.event > 0 and not self.origin


class Reader(Protocol):
    """Whoever a page is drawn for; `memo` keeps what one request needs more than once."""

    @property
    def subject_id(self) -> int: ...
    @property
    def memo(self) -> dict[str, Any]: ...


def standing(subject_id: int) -> dict[str, Choice]:
    """Return the present state of every purpose of this site; what holds for one system alone is `purpose@system`."""
    return read(choices_of(subject_id))


def locked(subject_id: int) -> dict[str, Choice]:
    """Return the standing to whoever judges by it what to write: nobody changes it before this transaction ends."""
    return read(held(subject_id))


def present(reader: Reader) -> Mapping[str, Choice]:
    """Return the standing of whoever a page is for, read once a request: menu and page both need it."""
    if "standing" not in reader.memo:
        came_along = reader.memo.get("choices")  # with the session, in one statement
        reader.memo["standing"] = _told(config.site(), came_along) if came_along else standing(reader.subject_id)
    found: Mapping[str, Choice] = reader.memo["standing"]
    return found


@lru_cache(maxsize=STANDS)
def _told(site: Site, stored: str) -> Mapping[str, Choice]:
    """Return the standing that a text tells of; the same text comes with each request until the person chooses anew."""
    return MappingProxyType(read(document(stored)))


def look_anew(reader: Reader) -> None:
    """Read a person's choices, and how far they came, once more after the request has changed them."""
    for known in ("standing", "stops"):
        reader.memo.pop(known, None)
    reader.memo["choices"], reader.memo["reach"] = stand_of(reader.subject_id)


def replay(subject_id: int) -> dict[str, Choice]:
    """Return what the standing must be, read from the ledger alone."""
    newest = deque(replayed(subject_id), maxlen=1)
    return newest[0][1] if newest else _filled({})


def replayed(subject_id: int) -> Iterator[tuple[datetime, dict[str, Choice]]]:
    """Yield what the standing was after each event of the ledger, with its moment, the oldest first."""
    events = ConsentEvent.select().where(ConsentEvent.subject == subject_id).order_by(ConsentEvent.id)
    choices: dict[str, Any] = {}
    said: dict[str, list[Word]] = {}
    for event in events:
        word = worded(event)
        said.setdefault(event.purpose, []).append(word)
        if word.origin:
            project_imported(choices, event.purpose, weigh(event.purpose, said[event.purpose]))
        else:
            project_own(choices, event.purpose, stored(event.purpose, word))
        yield event.at, read(choices)


def made_by(actor: str, events: Sequence[int]) -> set[int]:
    """Return which of these events somebody or something made: "person", "staff", "signal"."""
    return numbers_by(actor, events)


def in_force(choices: Mapping[str, Choice], purpose_id: str, source_id: str) -> Choice:
    """Return the choice that counts in one system: the one for it alone, else the one for all."""
    return choices.get(named(purpose_id, source_id)) or choices[purpose_id]


def for_one(choices: Mapping[str, Choice], purpose_id: str) -> dict[str, Choice]:
    """Return, by system, the choices that hold for that one alone."""
    taking = takers(purpose_id)
    return {one.id: choice for one in taking if (choice := choices.get(named(purpose_id, one.id)))}


def project(choices: dict[str, Any], name: str, choice: Any) -> None:
    """Make a choice the present one; one for all systems ends those for one alone."""
    for other in [other for other in choices if other.startswith(f"{name}@")]:
        del choices[other]
    choices[name] = choice


def project_own(choices: dict[str, Any], name: str, choice: list[Any]) -> bool:
    """Make what was said here the present choice, unless a no was recorded after it was begun; tell whether it counts.

    `choice` is as the standing stores it: state, event, moment. So deny wins the race of two writers. Where only the
    choice for one system says no, that one stays beside what is chosen for all.
    """
    begun = moment_of(choice)
    if _beats(choices.get(name) or choices.get(parted(name)[0]), name, choice[0], begun):
        return False
    kept = {other: one for other, one in _single(choices, name).items() if _beats(one, name, choice[0], begun)}
    project(choices, name, choice)
    choices.update(kept)
    return True


def is_outvoted(choices: Mapping[str, Any], name: str, state: str, begun: datetime) -> bool:
    """Tell whether a no, for all systems or for one, was recorded after a yes was begun."""
    present = choices.get(name) or choices.get(parted(name)[0])
    return any(_beats(one, name, state, begun) for one in (present, *_single(choices, name).values()))


def _single(choices: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {other: one for other, one in choices.items() if other.startswith(f"{name}@")}


def _beats(present: Sequence[Any] | None, name: str, state: str, begun: datetime) -> bool:
    return present is not None and outvoted(name, state, begun, present[0], moment_of(present))


def moment_of(stored_choice: Sequence[Any]) -> datetime:
    """Return the moment of a choice as the standing stores it."""
    return datetime.fromisoformat(stored_choice[2])


def worded(event: ConsentEvent) -> Word:
    """Return an event of the ledger as it is weighed."""
    case = event.notice_version if event.notice == REQUEST else ""
    return Word(event.state, event.id, event.at, event.actor, event.origin or "", event.said_at, case)


def project_imported(choices: dict[str, Any], name: str, word: Word | None) -> bool:
    """Make the word that holds the present one, and tell whether that changed.

    Only what says no from elsewhere ends the choices for one system alone.
    """
    if word is None or (name in choices and choices[name][1] == word.event):
        return False
    if word.origin and not kept_there(name, word):
        project(choices, name, stored(name, word))
    else:
        choices[name] = stored(name, word)
    return True


def read(found: Mapping[str, Any]) -> dict[str, Choice]:
    """Return a standing from choices as they are stored, with the default of whatever nobody chose."""
    return _filled(
        {
            name: Choice(state, event, datetime.fromisoformat(at), *case)
            for name, (state, event, at, *case) in found.items()
        }
    )


def _filled(choices: Mapping[str, Choice]) -> dict[str, Choice]:
    defaults = _defaults(config.site())
    return {
        **defaults,
        **{name: choice for name, choice in choices.items() if parted(name)[0] in defaults or is_reserved(name)},
    }


@lru_cache(maxsize=4)
def _defaults(site: Site) -> dict[str, Choice]:
    return {name: Choice(known.default) for name, known in site.purposes.items()}
