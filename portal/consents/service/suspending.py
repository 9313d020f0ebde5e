"""What is written into one system: the choices, or where something says no the protective state, reversibly."""

from __future__ import annotations

from portal.consents.models import Suspended
from portal.consents.service.judging import stop_of
from portal.consents.service.names import RESTRICTION, STOPS, purpose
from portal.consents.service.projection import in_force, standing
from portal.kernel.db import atomic
from portal.sources.base import Person, Source

ON, OFF = "on", "off"


class Wanted:
    """The states that one system shall have of a person now, judged once for one piece of work."""

    def __init__(self, subject_id: int, source: Source) -> None:
        self._subject, self._source = subject_id, source
        self._choices = standing(subject_id)
        known = [name for name in source.manifest.preferences if name in self._choices and name != RESTRICTION]
        self._stopped = [name for name in known if stop_of(self._choices, name, source.id)]
        chosen = {name: in_force(self._choices, name, source.id) for name in known}
        self._chosen = {name: choice.state for name, choice in chosen.items() if choice.made}
        self._aside = {row.purpose: row.state for row in Suspended.select().where(self._mine())}

    def put_aside(self, person: Person) -> None:
        """Remember what a system has of itself where it is about to be overridden; once, or it would be ours."""
        new = [name for name in self._stopped if name not in self._chosen and name not in self._aside]
        if not new:
            return
        there = self._source.stored(person)
        mine = {"subject": self._subject, "source": self._source.id}
        rows = [{**mine, "purpose": name, "state": _sound(name, there.get(name, ""))} for name in new]
        with atomic():
            Suspended.insert_many(rows).on_conflict_ignore().execute()

    def states(self) -> dict[str, str]:
        """Return the state word of each preference that is to be written."""
        back = {name: state for name, state in self._aside.items() if state and name not in self._stopped}
        said = {**back, **self._chosen, **{name: purpose(name).states[0] for name in self._stopped}}
        if RESTRICTION in self._source.manifest.preferences and RESTRICTION in self._choices:
            said[RESTRICTION] = ON if self._choices[RESTRICTION].state in STOPS else OFF
        return said

    def forget(self) -> None:
        """Forget what has come back, in the transaction that confirms it."""
        back = [name for name in self._aside if name not in self._stopped]
        if back:
            Suspended.delete().where(self._mine(), Suspended.purpose << back).execute()

    def _mine(self) -> object:
        return (Suspended.subject == self._subject) & (Suspended.source == self._source.id)


def _sound(name: str, state: str) -> str:
    """Return a state that can be written back; rows that differ cannot all be put back by one word."""
    return state if state in purpose(name).states else ""
