"""When somebody chose what: the ledger as the person whose it is reads it."""

from __future__ import annotations

from typing import NamedTuple

from portal.consents.models import ConsentEvent, choices_made
from portal.kernel.problems import NotFound

PAGE = 50  # choices on a page


class Page(NamedTuple):
    """Choices, the newest first; `older` is the number before which the next ones are, 0 when there are none."""

    choices: list[ConsentEvent]
    older: int


def history(subject_id: int, about: str = "", before: int = 0) -> Page:
    """Return a page of the choices that somebody made about a purpose and its parts, or about anything.

    What follows from a request is no choice and stands in the request. `before` is the number of an event, 0 for now.
    """
    found = list(choices_made(subject_id, about, before).limit(PAGE + 1))
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0)


def choice(subject_id: int, record: str) -> ConsentEvent:
    """Return one choice of a person by the number of its receipt; raises NotFound, also for somebody else's."""
    found: ConsentEvent | None = choices_made(subject_id).where(ConsentEvent.record == record).first()
    if found is None:
        raise NotFound
    return found
