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
Answer = dict[str, Any]
Wording = tuple[str, str | None, str | None, str | None, str | None]


def answers(questions: Sequence[Asked]) -> list[Answer]:
    """Answer each question: may this purpose be followed for this person, so far, in this system?

    KeyError and TypeError where a question has not the right shape.
    """
    names = _names(questions)
    known = naming.found(dict.fromkeys(name for name in names if name))
    read = {name: [asking.document(one.choices) for one in found] for name, found in known.items()}
    prepared: dict[Wording, tuple[Question, str]] = {}
    answered = []
    for asked, name in zip(questions, names, strict=True):
        wording = (asked["purpose"], asked.get("channel"), asked.get("state"), asked.get("source"), name and name[0])
        known_one = prepared.get(wording)
        if known_one is None:
            known_one = prepared[wording] = _question(asked, name), _closed_until(asked)
        question, closed_until = known_one
        answer = _answer(question, read.get(name) if name else None)
        if closed_until and answer["allowed"]:
            answer |= {"allowed": False, "reason": QUIET, "again_at": closed_until}
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


def _answer(question: Question, found: list[dict[str, Any]] | None) -> Answer:
    if found is None:
        return _said(question.of_nobody())
    return _said(question.of(found[0]) if len(found) == 1 else asking.strictest(map(question.of, found)))


def _said(told: Told | None) -> Answer:
    allowed, reason, since, case = told or asking.UNKNOWN_PERSON
    answer: Answer = {"allowed": allowed, "reason": reason}
    if since:
        answer["since"] = since
    if case:
        answer["request"] = case
    return answer
