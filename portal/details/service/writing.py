"""Carrying a correction into each system, telling who received the old value, and closing its request."""

from __future__ import annotations

import json
from typing import Any

from portal import config
from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import effects, notifying
from portal.details.models import Correction, CorrectionPart
from portal.details.service.asking import ASKED, WAITING, WRITING, add_part, parts
from portal.details.service.reading import Place
from portal.kernel import audit, clock, failpoints
from portal.kernel.db import written
from portal.kernel.problems import NotFound, SourceUnavailable
from portal.kernel.work import Claim, wake_table
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Change, Person, Source
from portal.subjects import service as subjects

WRITTEN, GONE, REFUSED = "written", "gone", "refused"
TOLD, BY_HAND = "told", "by hand"

audit.declare("details.corrected", "correction", "source", "outcome")
audit.declare("details.finished", "correction")


def write(claim: Claim[CorrectionPart]) -> None:
    """Write one value where the old one still stands; a repetition after a kill finds the new one and says the same."""
    part = claim.row
    row: Correction = part.correction
    try:
        source = registry.active().get(part.source)
    except NotFound:
        return _settle(claim, row, GONE)
    person = subjects.person(row.subject_id, source.id)
    if not person.keys:
        return _settle(claim, row, GONE)
    if not part.key:
        return _read_late(claim, row, source, person)
    return _settle(claim, row, _corrected(source, person, part, row))


def _corrected(source: Source, person: Person, part: CorrectionPart, row: Correction) -> str:
    table, _, column = part.place.rpartition(".")
    change = Change(table, column, tuple(json.loads(part.key)), part.old, row.new)
    failpoints.point("details: before correct")
    try:
        outcome: str = source.correct(person, change, f"correction:{part.id}")
    except SourceUnavailable as problem:
        if not problem.permanent:
            raise
        outcome = REFUSED
    failpoints.point("details: after correct")
    return outcome


def _settle(claim: Claim[CorrectionPart], row: Correction, outcome: str) -> None:
    part = claim.row
    with claim.step(state=outcome, confirmed_at=clock.now(), due_at=None):
        _look_at(row)
        audit.record(
            "details.corrected",
            subject=row.subject_id,
            actor="worker",
            correction=row.id,
            source=part.source,
            outcome=outcome,
        )


def _read_late(claim: Claim[CorrectionPart], row: Correction, source: Source, person: Person) -> None:
    """Put the values of a system that had not answered in the place of the row that stood for it."""
    late = [Place(source, held) for held in source.details(person)]
    new = [place for place in late if place.column.detail == row.detail and place.held.value != row.new]
    with claim.step():
        CorrectionPart.delete().where(CorrectionPart.id == claim.row.id).execute()
        for place in new:
            add_part(row, place, WAITING, clock.now())
        _look_at(row)


def _look_at(row: Correction) -> None:
    Correction.update(due_at=clock.now()).where(Correction.id == row.id).execute()
    wake_table(Correction)


def take_up(claim: Claim[Case]) -> None:
    """Begin what staff approved. A request without a value that can be written is for them to carry out by hand."""
    case = claim.row
    with claim.step():
        mine = Correction.select(Correction.id).where(Correction.case == case.id, Correction.state == ASKED)
        numbers = [row.id for row in mine]
        if not numbers:
            cases.note(case, "nothing to write", "worker", internal=True)
            Case.update(due_at=None).where(Case.id == case.id).execute()
            return
        Correction.update(state=WRITING, due_at=clock.now()).where(Correction.id << numbers).execute()
        theirs = CorrectionPart.correction << numbers
        CorrectionPart.update(state=WAITING, due_at=clock.now()).where(theirs).execute()
        cases.move(case, "in_progress", "written here", "worker")
        wake_table(CorrectionPart)


def finish(claim: Claim[Correction]) -> None:
    """Tell who received the old value once every system has answered, and close the request that asked for it."""
    row = claim.row
    if _waits(row):
        with claim.step(due_at=None):  # the part that comes last makes it due again
            pass
        if not _waits(row):
            _look_at(row)
        return
    told = _recipients(row)
    with claim.step(state="done", done_at=clock.now(), due_at=None, recipients=told):
        for name, address in _addresses(told).items():
            to = messages.Recipient(address, config.site().languages[0])
            title = row.title.get(to.language) or row.title["en"]
            cause = f"correction:{row.id}:{name}"
            messages.correction_told(to, cause, _reference(row), _who(row), title)
        audit.record("details.finished", subject=row.subject_id, actor="worker", correction=row.id)
        if row.case is not None:
            _close(row.case, row)


def _waits(row: Correction) -> bool:
    open_ = (CorrectionPart.correction == row.id) & (CorrectionPart.state << [ASKED, WAITING])
    return bool(CorrectionPart.select().where(open_).exists())


def _recipients(row: Correction) -> list[dict[str, Any]]:
    """Return the companies beside ours that have rows of the person where the value stood, and how they are told."""
    site, names = config.site(), dict[str, None]()
    for source_id in dict.fromkeys(part.source for part in parts(row) if part.state == WRITTEN):
        source = registry.active().get(source_id)
        lines = source.preview(subjects.person(row.subject_id, source_id)).lines
        names |= dict.fromkeys(line.controller for line in lines if line.rows and line.controller)
        names.pop(source.manifest.controller, None)
    at = written(clock.now())
    return [{"name": name, "how": TOLD if name in site.contacts else BY_HAND, "at": at} for name in names]


def _addresses(told: list[dict[str, Any]]) -> dict[str, str]:
    contacts = config.site().contacts
    return {entry["name"]: contacts[entry["name"]] for entry in told if entry["how"] == TOLD}


def _reference(row: Correction) -> str:
    return row.case.reference if row.case is not None else f"C-{row.id}"


def _who(row: Correction) -> str:
    """Return by what the company knows the person: an address that they have proven."""
    return next((proof.value for proof in subjects.proofs(row.subject_id) if proof.kind == "email"), "")


def _close(case: Case, row: Correction) -> None:
    """Fulfil the request where every system has the value; else staff carry on. What was stopped may go on."""
    states = {part.state for part in parts(row)}
    others = (Correction.case == case.id) & (Correction.id != row.id) & (Correction.state != "done")
    if case.state != "in_progress" or Correction.select().where(others).exists():
        return
    if states - {WRITTEN, GONE}:
        cases.note(case, "not written everywhere", "worker", internal=True)
        return
    cases.move(case, "fulfilled", "written everywhere", "worker")
    notifying.news(case, "corrected")
    effects.ended(case, "worker")
