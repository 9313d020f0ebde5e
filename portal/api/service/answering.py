"""Questions answered from the standings, with one statement for each way of naming people, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from portal.api.schema import BadBody, Schema, checked, obj, text
from portal.api.service import persons
from portal.consents.service import asking
from portal.consents.service.asking import Told
from portal.marketing import hours
from portal.subjects import naming

QUIET = "quiet-hours"
UNSOUND = AttributeError, BadBody, KeyError, TypeError  # what a question of the wrong shape raises
QUESTION: Schema = obj(
    {
        "person": persons.PERSON,
        "purpose": text("As the portal's site file has it: marketing.events, location.level", most=96),
    },
    channel=text("For messages: email, sms, push", most=32),
    state=text("How far: approximate or precise for location; else the first state that allows anything", most=32),
    source=text("The system that wants to; else the one by whose id the person is named", most=64),
)
Asked = dict[str, Any]
Choices = dict[str, Any]


class _Known:
    """Who is known by names of one kind: what each person of a name chose, and what is remembered of it without one."""

    def __init__(self, kind: str, values: Iterable[str]) -> None:
        named = list(dict.fromkeys(values))
        self.people: dict[str, list[Choices]] = {}
        self.kept: dict[str, Choices] = {}
        rows = naming.standings(kind, named) if kind else []
        for (place, subject, _), said in zip(rows, asking.documents([row[2] for row in rows]), strict=True):
            if subject:
                self.people.setdefault(named[place], []).append(said)
            else:
                self.kept.setdefault(named[place], {}).update(said)


class _Wording:
    """Questions that differ in the person alone: where they stand among all, and the names of whom they are about."""

    def __init__(self, asked: Asked, kind: str) -> None:
        """Raise BadBody where the question has not the right shape."""
        checked(QUESTION, asked)
        purpose, channel = asked["purpose"], asked.get("channel")
        source = asked.get("source") or asked["person"].get("source", "")
        self._question = asking.question(f"{purpose}.{channel}" if channel else purpose, asked.get("state", ""), source)
        self._closed_until = _closed_until(purpose, channel)
        self.kind = kind
        self.places: list[int] = []
        self.values: list[str] = []

    def answers(self, known: _Known) -> list[Told]:
        """Answer each."""
        question, people, kept = self._question, known.people, known.kept
        nobody = question.of_nobody()
        told = []
        for value in self.values:
            some = people.get(value)
            if value in kept and (no := question.of_kept(kept[value])):
                told.append(no)
            elif some is None:
                told.append(nobody)
            else:
                told.append(question.of(some[0]) if len(some) == 1 else asking.strictest(map(question.of, some)))
        return [self._by_the_clock(one) for one in told] if self._closed_until else told

    def _by_the_clock(self, told: Told) -> Told:
        return {**told, "allowed": False, "reason": QUIET, "again_at": self._closed_until} if told["allowed"] else told


def answers(questions: Sequence[Asked]) -> list[Told]:
    """Answer each question: may this purpose be followed for this person, so far, in this system?

    Raises one of UNSOUND where a question has not the right shape.
    """
    wordings = sorted_by_wording(questions)
    kinds: dict[str, list[str]] = {}
    for wording in wordings:
        kinds.setdefault(wording.kind, []).extend(wording.values)
    known = {kind: _Known(kind, values) for kind, values in kinds.items()}
    answered: dict[int, Told] = {}
    for wording in wordings:
        answered.update(zip(wording.places, wording.answers(known[wording.kind]), strict=True))
    return [answered[place] for place in range(len(questions))]


def sorted_by_wording(questions: Sequence[Asked]) -> list[_Wording]:
    """Return the questions by their wording; raises one of UNSOUND.

    The first of each wording is checked, and with it all: they have as many members as it has, and the same in them.
    """
    wordings: dict[tuple[Any, ...], _Wording] = {}
    for place, asked in enumerate(questions):
        kind, value = persons.at_once(asked["person"])
        more = asked.get
        key = kind, asked["purpose"], more("channel"), more("state"), more("source"), len(asked)
        wording = wordings.get(key)
        if wording is None:
            wording = wordings[key] = _Wording(asked, kind)
        wording.places.append(place)
        wording.values.append(value)
    return list(wordings.values())


def _closed_until(purpose: str, channel: str | None) -> str:
    """Return until when a channel is closed to messages that advertise, "" where it is not (Decree 91/2020).

    By the time of the site: its law is that of the sender, and a number does not tell where its holder is.
    """
    if not purpose.startswith("marketing."):
        return ""
    until = hours.closed_until(channel or purpose.rpartition(".")[2])
    return until.isoformat() if until else ""
