"""What staff have to look for by hand, and what they answered: dated items, each with its evidence."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from portal.kernel import audit, clock, crypto
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.sources import evidence
from portal.sources.base import Identifier, Person
from portal.sources.evidence import Made
from portal.sources.models import ChecklistItem

KEPT = timedelta(days=90)  # what was found for a copy, after the answer
PROVEN = timedelta(days=731)  # what was done for an erasure (RULES R7: at least 24 months)
LATELY = timedelta(days=30)  # how long staff find an answer on their list
LONGEST = 2000  # characters of evidence

audit.declare("sources.looked_by_hand", "source", "table", "purpose", "outcome")
audit.declare("sources.checklist_shown", "source", "table", "purpose")


class NoEvidence(Problem):
    """An answer that says nothing of what was found or done."""

    status, code = 422, "no-evidence"
    say = N_("Say where you looked and what you found or did.")
    then = N_("Write it, then save again. Nothing was saved.")


def ask(source: str, tables: Iterable[str], purpose: str, request: str, person: Person) -> None:
    """Put a place to look at on the list for each table; one that is there already stays as it is."""
    who = json.dumps([[one.kind, one.value] for one in _sorted(person)])
    with atomic():
        for table in tables:
            row = {
                "source": source,
                "table": table,
                "purpose": purpose,
                "request": request,
                "hash": _hash(source, person),
            }
            ChecklistItem.insert(**row, who=who, asked_at=clock.now()).on_conflict_ignore().execute()


def of(source: str, person: Person, purpose: str, request: str | None = None) -> list[ChecklistItem]:
    """Return a person's items of a system, the oldest first; of one request, or of any."""
    hashes = crypto.keyed_hashes(f"checklist:{source}", _text(person))
    mine = (ChecklistItem.source == source) & (ChecklistItem.hash << hashes) & (ChecklistItem.purpose == purpose)
    if request is not None:
        mine &= ChecklistItem.request == request
    return list(ChecklistItem.select().where(mine).order_by(ChecklistItem.id)) if person.identifiers else []


def forget_copies(source: str, person: Person, tables: Collection[str]) -> None:
    """Forget what was found for copies of somebody who is erased."""
    _forget([item.id for item in of(source, person, "copy") if item.table in tables])


def waiting(limit: int = 200) -> list[ChecklistItem]:
    """Return what nobody has answered, the oldest first."""
    open_ = ChecklistItem.answered_at.is_null()
    return list(ChecklistItem.select().where(open_).order_by(ChecklistItem.id).limit(limit))


def answered(limit: int = 100) -> list[ChecklistItem]:
    """Return what was answered lately, the newest first."""
    lately = ChecklistItem.answered_at > clock.now() - LATELY
    return list(ChecklistItem.select().where(lately).order_by(ChecklistItem.answered_at.desc()).limit(limit))


def done_for(source: str, reference: str) -> list[ChecklistItem]:
    """Return what was answered for an erasure in a system, by the reference that its requests begin with."""
    asked = ChecklistItem.request.startswith(f"{reference}:{source}") & (ChecklistItem.purpose == "erasure")
    mine = (ChecklistItem.source == source) & asked & ChecklistItem.answered_at.is_null(False)
    return list(ChecklistItem.select().where(mine).order_by(ChecklistItem.id))


def look_up(number: int) -> ChecklistItem:
    """Return an item that was answered; NotFound."""
    item = ChecklistItem.get_or_none(ChecklistItem.id == number, ChecklistItem.answered_at.is_null(False))
    if item is None:
        raise NotFound
    return item


def load(number: int, staff: int) -> tuple[ChecklistItem, list[Identifier]]:
    """Return an item that waits and by what to look for its person, and log that it was shown; NotFound."""
    item = ChecklistItem.get_or_none(ChecklistItem.id == number, ChecklistItem.answered_at.is_null())
    if item is None:
        raise NotFound
    with atomic():
        keys: dict[str, Any] = {"source": item.source, "table": item.table, "purpose": item.purpose}
        audit.record("sources.checklist_shown", actor=f"staff:{staff}", **keys)
    return item, [Identifier(kind, value) for kind, value in json.loads(item.who or "[]")]


def answer(number: int, staff: int, outcome: str, words: str, files: Sequence[Made] = ()) -> None:
    """Note what somebody found or did, with the evidence in words and in files that were made harmless.

    Of an erasure nothing stays that says who it was, so neither words nor files must. Raises NoEvidence, and NotNow
    where it is answered already: then nothing is kept of the files either.
    """
    if not words.strip():
        raise NoEvidence
    item = ChecklistItem.get_or_none(ChecklistItem.id == number)
    if item is None:
        raise NotFound
    laid = evidence.lay(item, files) if item.answered_at is None else []
    said = {"answered_at": clock.now(), "outcome": outcome, "words": words.strip()[:LONGEST], "staff": staff}
    with atomic():
        mine = (ChecklistItem.id == number) & ChecklistItem.answered_at.is_null()
        if not ChecklistItem.update(who=None, **said).where(mine).execute():
            raise NotNow
        evidence.arrived(laid)
        keys: dict[str, Any] = {"source": item.source, "table": item.table, "purpose": item.purpose}
        keys["outcome"] = outcome
        audit.record("sources.looked_by_hand", actor=f"staff:{staff}", **keys)


def forget_old() -> None:
    """Forget what was found for copies some time ago, for the next one asks anew, and what proved old erasures."""
    found = (ChecklistItem.purpose == "copy") & (ChecklistItem.answered_at < clock.now() - KEPT)
    done = (ChecklistItem.purpose == "erasure") & (ChecklistItem.answered_at < clock.now() - PROVEN)
    _forget([item.id for item in ChecklistItem.select(ChecklistItem.id).where(found | done)])
    evidence.forget_strays()


def _forget(numbers: list[int]) -> None:
    with atomic():
        evidence.forget(numbers)
        ChecklistItem.delete().where(ChecklistItem.id << numbers).execute()


def _sorted(person: Person) -> list[Identifier]:
    return sorted(person.identifiers, key=lambda one: (one.kind, one.value))


def _text(person: Person) -> str:
    return json.dumps([[one.kind, one.value] for one in _sorted(person)])


def _hash(source: str, person: Person) -> str:
    return crypto.keyed_hash(f"checklist:{source}", _text(person))
