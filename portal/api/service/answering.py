"""Questions answered from the standings, with one statement for each way of naming people, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.api.service import persons
from portal.consents.service import asking
from portal.consents.service.asking import Question, Told
from portal.subjects import naming
from portal.subjects.naming import Name, NotAnAddress, NotAPhone

Asked = dict[str, Any]
Wording = tuple[str, str | None, str | None, str | None, str | None]


def answers(questions: Sequence[Asked]) -> list[Told]:
    """Answer each question: may this purpose be followed for this person, so far, in this system?

    KeyError and TypeError where a question has not the right shape.
    """
    names = _names(questions)
    read: dict[Name, list[dict[str, Any]]] = {}
    for known, _, choices in naming.each(name for name in names if name):
        read.setdefault(known, []).append(asking.document(choices))
    prepared: dict[Wording, Question] = {}
    answered = []
    for asked, name in zip(questions, names, strict=True):
        wording = (asked["purpose"], asked.get("channel"), asked.get("state"), asked.get("source"), name and name[0])
        question = prepared.get(wording)
        if question is None:
            question = prepared[wording] = _question(asked, name)
        answered.append(_answer(question, read.get(name) if name else None))
    return answered


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


def _answer(question: Question, found: list[dict[str, Any]] | None) -> Told:
    if found is None:
        return question.of_nobody()
    return question.of(found[0]) if len(found) == 1 else asking.strictest(map(question.of, found))
