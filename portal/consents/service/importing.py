"""What was recorded elsewhere, taken into the ledger: as events of their own, and so that deny wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from portal.consents.models import append_each, held, spoken, store
from portal.consents.service.ledger import newest_by_system
from portal.consents.service.names import UnknownChoice, is_reserved, purpose, reserved_states
from portal.consents.service.projection import project_imported, worded
from portal.consents.service.spreading import one
from portal.consents.service.weighing import IMPORTED, Word, kept_there, weigh
from portal.hooks import service as hooks
from portal.kernel import audit, clock, outbox
from portal.kernel.db import atomic, written

audit.declare("consents.import_ended", "added", "digest", "kind", "refused", "rows")
audit.declare("consents.imported", "choice", "purpose", "source", "state")
CHANNEL = "import"


class Record(NamedTuple):
    """One choice as it was recorded elsewhere: where (`origin`), how it came here (`cause`), and when it was said.

    `said_at` is None where only the present value is known. `wording` is "" where nobody knows what was read, `notice`
    and `notice_version` name the text that was in force.
    """

    purpose: str
    state: str
    origin: str
    cause: str
    said_at: datetime | None = None
    language: str = ""
    wording: str = ""
    notice: str = "privacy"
    notice_version: str = ""

    @property
    def same(self) -> tuple[str, str, str, str, str]:
        """Return what makes two records one."""
        return (self.purpose, self.state, self.origin, self.cause, written(self.said_at) if self.said_at else "")


def check(record: Record) -> None:
    """Refuse what the site does not know: UnknownChoice."""
    name = record.purpose
    known = reserved_states(name) if is_reserved(name) else purpose(name).states
    if record.state not in known or record.cause not in IMPORTED or not record.origin:
        raise UnknownChoice(purpose=name)


def take_in(subject_id: int, records: Iterable[Record]) -> int:
    """Append what is new of these to somebody's ledger, judge anew what holds, and return how many were new.

    One transaction. No system is told of a yes, nor of what a system said of itself; a no from a file is carried into
    every system like any other. What is in the ledger already adds nothing. Raises UnknownChoice, and then nothing is
    recorded.
    """
    wanted = {record.same: record for record in records}
    for record in wanted.values():
        check(record)
    with atomic():
        choices = held(subject_id)
        said: dict[str, list[Word]] = {}
        for event in spoken(subject_id, sorted({record.purpose for record in wanted.values()})):
            said.setdefault(event.purpose, []).append(worded(event))
        known = {_same(name, word) for name, words in said.items() for word in words}
        new = [record for same, record in wanted.items() if same not in known]
        if new:
            _write(subject_id, choices, said, new)
    return len(new)


def _write(subject_id: int, choices: dict[str, Any], said: dict[str, list[Word]], new: Sequence[Record]) -> None:
    at = clock.now()
    numbers = append_each([_event(subject_id, record, at) for record in new])
    for number, record in zip(numbers, new, strict=True):
        word = Word(record.state, number, at, record.cause, record.origin, record.said_at)
        said.setdefault(record.purpose, []).append(word)
    _hold(subject_id, choices, said, numbers)
    each = [
        {"choice": number, "purpose": record.purpose, "source": record.origin, "state": record.state}
        for number, record in zip(numbers, new, strict=True)
    ]
    audit.record_each("consents.imported", each, subject=subject_id, actor=new[0].cause)


def _hold(subject_id: int, choices: dict[str, Any], said: dict[str, list[Word]], numbers: Sequence[int]) -> None:
    """Make what holds now the present standing, and mark the systems that are to be told."""
    told: dict[str, Word] = {}
    for name, words in said.items():
        word = weigh(name, words)
        if project_imported(choices, name, word) and word and not kept_there(name, word):
            told[name] = word
    store(subject_id, choices, max(numbers))
    outbox.mark(subject_id, newest_by_system(dict.fromkeys(told, max(numbers))))
    heard = {name: word for name, word in told.items() if not is_reserved(name)}  # an answer to a policy is not told
    moved = [one(str(uuid4()), word.event, name, word.state, word.at.isoformat()) for name, word in heard.items()]
    hooks.changed(subject_id, moved)


def _event(subject_id: int, record: Record, at: datetime) -> dict[str, Any]:
    return {
        "record": str(uuid4()),
        "subject_id": subject_id,
        "purpose": record.purpose,
        "state": record.state,
        "notice": record.notice,
        "notice_version": record.notice_version,
        "language": record.language,
        "wording": record.wording,
        "actor": record.cause,
        "channel": CHANNEL,
        "at": written(at),
        "origin": record.origin,
        "said_at": written(record.said_at) if record.said_at else None,
    }


def _same(name: str, word: Word) -> tuple[str, str, str, str, str]:
    said_at = written(word.said_at) if word.said_at else ""
    return (name, word.state, word.origin, word.actor, said_at)
