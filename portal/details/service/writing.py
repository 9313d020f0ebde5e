"""Carrying a correction into each system, telling who received the old value, and closing its request."""

from __future__ import annotations

from portal.accounts import identifiers
from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import effects, notifying
from portal.details.models import Correction, CorrectionPart
from portal.details.service.asking import ASKED, WAITING, WRITING, add_part, concerned, parts
from portal.details.service.reading import Place
from portal.details.service.telling import recipients, tell
from portal.details.service.undoing import end_undoing, was_not_them
from portal.details.service.values import DONE, GONE, STOPPED, UNDOING, WRITTEN, corrected, restored
from portal.kernel import audit, clock
from portal.kernel.problems import NotFound
from portal.kernel.work import Claim, wake_table
from portal.sources import registry
from portal.sources.base import Person, Source
from portal.subjects import service as subjects

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
    if part.state == UNDOING:
        return _settle(claim, row, restored(source, part, row))
    if was_not_them(row):
        return _settle(claim, row, STOPPED)
    person = subjects.person(row.subject_id, source.id)
    if not person.keys:
        return _settle(claim, row, GONE)
    if not part.key:
        return _read_late(claim, row, source, person)
    return _settle(claim, row, corrected(source, person, part, row))


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
    new = concerned(row, [Place(source, held) for held in source.details(person)])
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
    if row.state == UNDOING:
        return end_undoing(claim)
    told = recipients(row)
    with claim.step(state=DONE, done_at=clock.now(), due_at=None, recipients=told):
        tell(row, told, f"correction:{row.id}")
        audit.record("details.finished", subject=row.subject_id, actor="worker", correction=row.id)
        if row.case is not None:
            _close(row.case, row)
        if row.identifier and not _states(row) - {WRITTEN, GONE}:
            identifiers.moved(row.identifier)


def _states(row: Correction) -> set[str]:
    return {part.state for part in parts(row)}


def _waits(row: Correction) -> bool:
    open_ = (CorrectionPart.correction == row.id) & (CorrectionPart.state << [ASKED, WAITING, UNDOING])
    return bool(CorrectionPart.select().where(open_).exists())


def _close(case: Case, row: Correction) -> None:
    """Fulfil the request where every system has the value; else staff carry on. What was stopped may go on."""
    others = (Correction.case == case.id) & (Correction.id != row.id) & (Correction.state != DONE)
    if case.state != "in_progress" or Correction.select().where(others).exists():
        return
    if _states(row) - {WRITTEN, GONE}:
        cases.note(case, "not written everywhere", "worker", internal=True)
        return
    cases.move(case, "fulfilled", "written everywhere", "worker")
    notifying.news(case, "corrected")
    effects.ended(case, "worker")
