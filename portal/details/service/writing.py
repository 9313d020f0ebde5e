"""Carrying a correction into each system, telling who received the old value, and closing its request."""

from __future__ import annotations

import json
from typing import Any

from portal import config
from portal.accounts import alarms, identifiers
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import effects, notifying
from portal.details.models import Correction, CorrectionPart
from portal.details.service.asking import ASKED, WAITING, WRITING, add_part, concerned, parts
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
STOPPED, UNDOING, UNDONE, DONE = "stopped", "undoing", "undone", "done"
TOLD, BY_HAND = "told", "by hand"

audit.declare("details.corrected", "correction", "source", "outcome")
audit.declare("details.finished", "correction")
audit.declare("details.taken_back", "correction")


def write(claim: Claim[CorrectionPart]) -> None:
    """Write one value where the old one still stands; a repetition after a kill finds the new one and says the same."""
    part = claim.row
    row: Correction = part.correction
    try:
        source = registry.active().get(part.source)
    except NotFound:
        return _settle(claim, row, GONE)
    if part.state == UNDOING:
        return _settle(claim, row, _restored(source, part, row))
    if was_not_them(row):
        return _settle(claim, row, STOPPED)
    person = subjects.person(row.subject_id, source.id)
    if not person.keys:
        return _settle(claim, row, GONE)
    if not part.key:
        return _read_late(claim, row, source, person)
    return _settle(claim, row, _corrected(source, person, part, row))


def was_not_them(row: Correction) -> bool:
    """Tell whether its person has said, within the days of a warning, that somebody else asked for a correction."""
    account = subjects.account_of(row.subject_id)
    since = accounts.distrusted(account) if account else None
    if since is not None and since - alarms.LIFE < row.asked_at < since:
        return True
    return row.alarm is not None and alarms.was_undone(row.alarm)


def _corrected(source: Source, person: Person, part: CorrectionPart, row: Correction) -> str:
    return _asked(source, person, _change(part, part.old, row.new), f"correction:{part.id}")


def _restored(source: Source, part: CorrectionPart, row: Correction) -> str:
    """Put back what stood there; the keys of before are used, for the person may be found there by nothing else now."""
    keys = tuple(tuple(key) for key in json.loads(part.keys_there or "[]"))
    change = _change(part, row.new, part.old or "")
    outcome = _asked(source, Person(keys), change, f"correction undone:{part.id}")
    return UNDONE if outcome == WRITTEN else outcome


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
        return _end_undoing(claim)
    told = _recipients(row)
    with claim.step(state=DONE, done_at=clock.now(), due_at=None, recipients=told):
        _tell(row, told, f"correction:{row.id}")
        audit.record("details.finished", subject=row.subject_id, actor="worker", correction=row.id)
        if row.case is not None:
            _close(row.case, row)
        if row.identifier and not _states(row) - {WRITTEN, GONE}:
            identifiers.moved(row.identifier)


def _tell(row: Correction, told: list[dict[str, Any]], cause: str) -> None:
    for name, address in _addresses(told).items():
        to = messages.Recipient(address, config.site().languages[0])
        title = row.title.get(to.language) or row.title["en"]
        messages.correction_told(to, f"{cause}:{name}", _reference(row), _who(row), title)


def take_back(row: Correction) -> None:
    """Undo, inside a transaction, what was not the person: what is written goes back, what waits is not written."""
    mine = CorrectionPart.correction == row.id
    CorrectionPart.update(state=STOPPED, due_at=None).where(mine, CorrectionPart.state << [ASKED, WAITING]).execute()
    _put_back(row)
    Correction.update(state=UNDOING, due_at=clock.now()).where(Correction.id == row.id).execute()
    audit.record("details.taken_back", subject=row.subject_id, correction=row.id)
    wake_table(Correction)


def _put_back(row: Correction) -> int:
    written = (CorrectionPart.correction == row.id) & (CorrectionPart.state == WRITTEN)
    wake_table(CorrectionPart)
    return int(CorrectionPart.update(state=UNDOING, due_at=clock.now()).where(written).execute())


def _end_undoing(claim: Claim[Correction]) -> None:
    """End what was taken back once each system has what it had; what was being written meanwhile goes back too."""
    row = claim.row
    account = subjects.account_of(row.subject_id)
    with claim.step(due_at=None):
        if _put_back(row):
            return
        _tell(row, row.recipients, f"correction undone:{row.id}")  # whoever was told of the new one
        Correction.update(state=UNDONE, done_at=clock.now()).where(Correction.id == row.id).execute()
        if row.identifier and account:
            identifiers.stayed(account, row.kind, row.identifier)


def _states(row: Correction) -> set[str]:
    return {part.state for part in parts(row)}


def _waits(row: Correction) -> bool:
    open_ = (CorrectionPart.correction == row.id) & (CorrectionPart.state << [ASKED, WAITING, UNDOING])
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
    others = (Correction.case == case.id) & (Correction.id != row.id) & (Correction.state != DONE)
    if case.state != "in_progress" or Correction.select().where(others).exists():
        return
    if _states(row) - {WRITTEN, GONE}:
        cases.note(case, "not written everywhere", "worker", internal=True)
        return
    cases.move(case, "fulfilled", "written everywhere", "worker")
    notifying.news(case, "corrected")
    effects.ended(case, "worker")
