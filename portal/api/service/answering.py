"""Questions answered from the standings, with one statement for each way of naming people, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.api.service import persons
from portal.consents.service import asking
from portal.consents.service.asking import Question, Told
from portal.marketing import hours
from portal.subjects import naming
from portal.subjects.naming import Name, NotAnAddress, NotAPhone

QUIET = "quiet-hours"
Asked = dict[str, Any]
Choices = dict[str, Any]
Wording = tuple[str, str | None, str | None, str | None, str | None]


def answers(questions: Sequence[Asked]) -> list[Told]:
    """Answer each question: may this purpose be followed for this person, so far, in this system?

    KeyError and TypeError where a question has not the right shape.
    """
    names = _names(questions)
    read: dict[Name, list[Choices]] = {}
    kept: dict[Name, Choices] = {}
    for known, subject, choices in naming.each(name for name in names if name):
        said = asking.document(choices)
        if subject:
            read.setdefault(known, []).append(said)
        else:
            kept.setdefault(known, {}).update(said)
    prepared: dict[Wording, tuple[Question, str]] = {}
    answered = []
    for asked, name in zip(questions, names, strict=True):
        wording = (asked["purpose"], asked.get("channel"), asked.get("state"), asked.get("source"), name and name[0])
        known_one = prepared.get(wording)
        if known_one is None:
            known_one = prepared[wording] = _question(asked, name), _closed_until(asked)
        question, closed_until = known_one
        answer = _answer(question, read.get(name), kept.get(name)) if name else question.of_nobody()
        if closed_until and answer["allowed"]:
            answer = {**answer, "allowed": False, "reason": QUIET, "again_at": closed_until}
        answered.append(answer)
    return answered


def _closed_until(asked: Asked) -> str:
    """Return until when a channel is closed to messages that advertise, "" where it is not (Decree 91/2020).

    By the time of the site: its law is that of the sender, and a number does not tell where its holder is.
    """
    channel = asked.get("channel") or asked["purpose"].rpartition(".")[2]
    if not asked["purpose"].startswith("marketing."):
        return ""
    until = hours.closed_until(channel)
    return until.isoformat() if until else ""


def _names(questions: Sequence[Asked]) -> list[Name | None]:
    """Return whom each question is about; None for what can be nobody's address."""
    names: list[Name | None] = []
    for asked in questions:
        try:
            names.append(persons.plain(asked["person"]))
        except (NotAnAddress, NotAPhone):
            names.append(None)
    return names


def _question(asked: Asked, name: Name | None) -> Question:
    channel, purpose = asked.get("channel"), asked["purpose"]
    source = asked.get("source") or (name.source if name else "")
    return asking.question(f"{purpose}.{channel}" if channel else purpose, asked.get("state", ""), source)


def _answer(question: Question, people: Sequence[Choices] | None, kept: Choices | None) -> Told:
    """Answer by what each person of a name chose, and by what is remembered of the name without a person."""
    if kept and (no := question.of_kept(kept)):
        return no
    if not people:
        return question.of_nobody()
    return question.of(people[0]) if len(people) == 1 else asking.strictest(map(question.of, people))
