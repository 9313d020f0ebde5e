"""One value in one system: written where the old one still stands, or put back where it was not the person."""

from __future__ import annotations

import json

from portal.details.models import Correction, CorrectionPart
from portal.details.service.asking import WRITING
from portal.kernel import failpoints
from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Change, Person, Source

WRITTEN, GONE, REFUSED, DIFFERS = "written", "gone", "refused", "differs"
STOPPED, UNDOING, UNDONE, DONE = "stopped", "undoing", "undone", "done"
NEWEST = 3  # corrections of one detail that may be on their way together


def corrected(source: Source, person: Person, part: CorrectionPart, row: Correction) -> str:
    """Write a value over the one that stood there, or over what the same person asked for just before."""
    outcome = _asked(source, person, _change(part, part.old, row.new), f"correction:{part.id}")
    for earlier in _earlier(row) if outcome == DIFFERS else ():
        if _asked(source, person, _change(part, earlier.new, row.new), f"correction:{part.id}:{earlier.id}") == WRITTEN:
            return WRITTEN
    return outcome


def _earlier(row: Correction) -> list[Correction]:
    same = (Correction.subject == row.subject_id) & (Correction.detail == row.detail) & (Correction.id < row.id)
    newest = Correction.select().where(same, Correction.state << [WRITING, DONE]).order_by(Correction.id.desc())
    return list(newest.limit(NEWEST))


def restored(source: Source, part: CorrectionPart, row: Correction) -> str:
    """Put back what stood there; the keys of before are used, for the person may be found there by nothing else now."""
    person = Person(tuple(tuple(key) for key in json.loads(part.keys_there or "[]")))
    others = [(row, part), *_undone_together(part, row)]
    first = min(others, key=lambda one: one[0].id)[1].old or ""
    for other, _part in others:
        change = _change(part, other.new, first)
        if _asked(source, person, change, f"correction undone:{part.id}:{other.id}") == WRITTEN:
            return UNDONE
    return DIFFERS


def _undone_together(part: CorrectionPart, row: Correction) -> list[tuple[Correction, CorrectionPart]]:
    """Return the other changes of one value that are undone with this one: what stood before the first comes back."""
    same = (Correction.subject == row.subject_id) & (Correction.detail == row.detail) & (Correction.state == UNDOING)
    there = (CorrectionPart.source == part.source) & (CorrectionPart.place == part.place) & (Correction.id != row.id)
    found = CorrectionPart.select(CorrectionPart, Correction).join(Correction).where(same, there)
    return [(one.correction, one) for one in found if one.key == part.key]


def _change(part: CorrectionPart, old: str | None, new: str) -> Change:
    table, _, column = part.place.rpartition(".")
    return Change(table, column, tuple(json.loads(part.key)), old, new)


def _asked(source: Source, person: Person, change: Change, request: str) -> str:
    failpoints.point("details: before correct")
    try:
        outcome: str = source.correct(person, change, request)
    except SourceUnavailable as problem:
        if not problem.permanent:
            raise
        outcome = REFUSED
    failpoints.point("details: after correct")
    return outcome
