"""Asking for a correction: written at once where that harms nobody, else looked at first with evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from portal.cases import service as cases
from portal.cases.cleaning import Clean
from portal.cases.models import Case
from portal.cases.service import effects, evidence, thread
from portal.details import formats
from portal.details.models import Correction, CorrectionPart, Statement
from portal.details.service.reading import SELF, Detail, Place
from portal.kernel import audit, clock, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.subjects import service as subjects

KIND = "correction"
ASKED, WAITING, WRITING = "asked", "waiting", "writing"
PER_PERSON = "40/day"
LONGEST_STATEMENT, MOST_STATEMENTS = 4000, 20

audit.declare("details.asked", "correction", "detail")
audit.declare("details.said", "statement")
audit.declare("details.unsaid", "statement")


class SameAlready(Problem):
    """The value that was typed is what every system has."""

    status, code = 422, "same-already"
    say = N_("Every system has it like this already.")
    then = N_("Nothing has to be done.")


class NeedsReview(Problem):
    """Somebody wants to write by themselves what has to be looked at first."""

    status, code = 409, "needs-review"
    say = N_("This has to be looked at before it is changed.")
    then = N_("Ask for it with the form for that. Nothing was changed.")


class WrongStatement(Problem):
    """A statement without words, with too many, or one too many."""

    status, code = 422, "wrong-statement"
    say = N_("Write up to 4,000 signs; up to 20 statements stay with your data.")
    then = N_("What you wrote is still there.")


def at_once(subject_id: int, detail: Detail, typed: str, language: str) -> Correction:
    """Have a value written into every system that holds it; raises WrongFormat, SameAlready, NeedsReview."""
    if detail.way != SELF:
        raise NeedsReview
    new = wanted(detail, typed)
    limits.hit(PER_PERSON, "correction", str(subject_id))
    with atomic():
        return open_row(subject_id, detail, new, language)


def for_review(
    subject_id: int,
    detail: Detail,
    typed: str,
    why: str,
    files: Sequence[tuple[str, Clean]],
    language: str,
    *,
    restrict: bool,
) -> Correction:
    """Ask staff to look at a correction; with `restrict` nothing is used until they have (RULES X6, X7).

    Raises WrongFormat, SameAlready.
    """
    new = wanted(detail, typed)
    limits.hit(PER_PERSON, "correction", str(subject_id))
    with atomic():
        case, [row] = file(subject_id, [(detail, new)], why, language, restrict=restrict)
    evidence.keep(case, files)
    return row


def file(
    subject_id: int, wishes: Sequence[tuple[Detail, str]], why: str, language: str, *, restrict: bool
) -> tuple[Case, list[Correction]]:
    """Open one request for all values that staff look at, inside a transaction."""
    asked = {"detail": ", ".join(detail.name for detail, _ in wishes), **({"restrict": "yes"} if restrict else {})}
    case = cases.open_case(KIND, subject_id, approved=False, asked=asked)
    rows = [open_row(subject_id, detail, new, language, case=case) for detail, new in wishes]
    if why.strip():
        thread.say(case, "person", why)
    cases.acknowledge(case, actor="worker")
    effects.filed(case)
    return case, rows


def wanted(detail: Detail, typed: str) -> str:
    """Return what was typed as it is stored; raises WrongFormat, SameAlready."""
    new = formats.canonical(detail.kind, typed)
    if not detail.silent and all(place.held.value == new for place in detail.places):
        raise SameAlready
    return new


def open_row(
    subject_id: int,
    detail: Detail,
    new: str,
    language: str,
    *,
    case: Case | None = None,
    identifier: int | None = None,
    alarm: int | None = None,
) -> Correction:
    """Write the correction and a row for each value that has to change, inside a transaction.

    Without a case each is due at once. A proven address is written where there is one, and spread to no other system.
    """
    state = ASKED if case else WAITING
    due = None if case else clock.now()
    row: Correction = Correction.create(
        subject=subject_id,
        case=case,
        detail=detail.name,
        kind=detail.kind,
        sensitive=detail.sensitive,
        title=dict(detail.title.words),
        new=new,
        language=language,
        state=ASKED if case else WRITING,
        identifier=identifier,
        alarm=alarm,
        due_at=None,
    )
    for place in concerned(row, detail.places):
        add_part(row, place, state, due)
    for source in detail.silent:
        terms = {"source": source.id, "place": "", "key": "", "state": state, "due_at": due}
        CorrectionPart.create(correction=row, **terms)
    audit.record("details.asked", subject=subject_id, correction=row.id, detail=detail.name)
    return row


def concerned(row: Correction, places: Iterable[Place]) -> list[Place]:
    """Return where a correction has something to write."""
    there = [place for place in places if place.column.detail == row.detail and place.held.value != row.new]
    return [place for place in there if place.held.value or row.identifier is None]


def add_part(row: Correction, place: Place, state: str, due: object) -> None:
    """Add the row for one value."""
    CorrectionPart.create(
        correction=row,
        source=place.source.id,
        place=place.name,
        key=json.dumps(place.held.key),
        old=place.held.value,
        keys_there=_keys_there(row, place) if row.identifier else None,
        state=state,
        due_at=due,
    )


def _keys_there(row: Correction, place: Place) -> str:
    return json.dumps(subjects.person(row.subject_id, place.source.id).keys)


def load(subject_id: int, number: int) -> Correction:
    """Return a person's own correction; NotFound for anybody else's."""
    row = Correction.get_or_none(Correction.id == number, Correction.subject == subject_id)
    if row is None:
        raise NotFound
    return row


def of_subject(subject_id: int, limit: int = 20) -> list[Correction]:
    """Return the last corrections of a person, the newest first."""
    mine = Correction.select().where(Correction.subject == subject_id)
    return list(mine.order_by(Correction.id.desc()).limit(limit))


def latest(rows: Sequence[Correction]) -> dict[str, tuple[Correction, list[CorrectionPart]]]:
    """Return, by detail, the newest of some corrections, which come newest first, with its parts: one query for all."""
    newest: dict[str, Correction] = {}
    for row in rows:
        newest.setdefault(row.detail, row)
    found: dict[int, list[CorrectionPart]] = {row.id: [] for row in newest.values()}
    for part in CorrectionPart.select().where(CorrectionPart.correction << list(found)).order_by(CorrectionPart.id):
        found[part.correction_id].append(part)
    return {name: (row, found[row.id]) for name, row in newest.items()}


def of_case(case: Case) -> list[Correction]:
    """Return what a case wants corrected."""
    return list(Correction.select().where(Correction.case == case.id).order_by(Correction.id))


def parts(row: Correction) -> list[CorrectionPart]:
    """Return what is corrected, system by system."""
    return list(CorrectionPart.select().where(CorrectionPart.correction == row.id).order_by(CorrectionPart.id))


def statements(subject_id: int) -> list[Statement]:
    """Return what a person has added to their data, for them, for every copy, and for staff."""
    return list(Statement.select().where(Statement.subject == subject_id).order_by(Statement.id))


def add_statement(subject_id: int, text: str) -> None:
    """Keep a statement beside the data; raises WrongStatement."""
    said = text.strip()
    if not said or len(said) > LONGEST_STATEMENT or len(statements(subject_id)) >= MOST_STATEMENTS:
        raise WrongStatement
    with atomic():
        row = Statement.create(subject=subject_id, text=said)
        audit.record("details.said", subject=subject_id, statement=row.id)


def drop_statement(subject_id: int, number: int) -> None:
    """Take a statement away again; NotFound for anybody else's."""
    with atomic():
        if not Statement.delete().where(Statement.id == number, Statement.subject == subject_id).execute():
            raise NotFound
        audit.record("details.unsaid", subject=subject_id, statement=number)
