"""An appeal against a ruling: by the holder or by the reporter, within 14 days, to a third person."""

from __future__ import annotations

from portal.accounts.models import Identifier
from portal.cases.models import LONGEST, Case
from portal.cases.service import notifying, thread
from portal.cases.service.deciding import REVIEW_ASKED, SecondPerson
from portal.cases.service.moving import move, note
from portal.cases.service.thread import NothingSaid
from portal.children.models import Appeal, Report, Ruling
from portal.children.service import carrying, outcome, rulings, triage
from portal.children.service.states import IN_FORCE
from portal.kernel import audit, clock, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.subjects import service as subjects

HOLDER, REPORTER = "holder", "reporter"
ASKED, UPHELD, CHANGED = "asked", "upheld", "changed"
PER_RULING = "5/day"
MANY = 50  # appeals that the queue names at most

audit.declare("children.appealed", "reference", "by")
audit.declare("children.appeal_decided", "reference", "state")


class AppealOver(Problem):
    """The days in which somebody can appeal are over."""

    status, code = 409, "appeal-over"
    say = N_("The 14 days in which you could appeal are over.")
    then = N_("You can still write to us, complain to the authority, or go to court.")


def by_secret(typed: str, secret: str) -> Ruling:
    """Return the ruling of a holder's mailed address; NotFound for a wrong secret and for no ruling alike."""
    number = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    if not tokens.same(secret.lower(), carrying.secret(number)):
        raise NotFound
    found: Ruling | None = Ruling.get_or_none(Ruling.id == number)
    if found is None:
        raise NotFound
    return found


def by_holder(row: Ruling, text: str) -> Appeal:
    """Appeal as the holder of the account; a deletion that has not begun waits for the answer.

    Raises AppealOver, NotNow where somebody appealed already, NothingSaid, TooManyTries, TooLate.
    """
    hashed = ""
    if row.subject and (account := subjects.account_of(row.subject)):
        main = Identifier.of(account, "email").first()
        hashed = main.hash if main else ""
    with atomic():
        made = _ask(row, HOLDER, hashed, text, clock.today() <= row.appeal_until)
        carrying.halt(row)
    return made


def by_reporter(case: Case, text: str) -> Appeal:
    """Appeal as whoever reported; it is the same whether there is an account or not. Raises as `by_holder`."""
    told, found = outcome.of(case), rulings.decided(case)
    if told is None or not found:
        raise NotNow
    report = Report.get(Report.case == case.id)
    return _ask(found[0], REPORTER, report.reporter_hash, text, clock.today() <= told.appeal_until)


def of_case(case: Case) -> list[Appeal]:
    """Return the appeals about a case, the oldest first, for staff."""
    theirs = Ruling.select(Ruling.id).where(Ruling.case == case.id)
    return list(Appeal.select().where(Appeal.ruling << theirs).order_by(Appeal.id))


def waiting() -> list[str]:
    """Return the references of the cases in which an appeal waits for a third person, the oldest first."""
    asked = Ruling.select(Ruling.case).join(Appeal).where(Appeal.state == ASKED)
    cases = Case.select(Case.reference).where(Case.id << asked).order_by(Case.id).limit(MANY)
    return [case.reference for case in cases]


def of_ruling(row: Ruling, by: str, address_hash: str = "") -> Appeal | None:
    """Return the last appeal of one side about a ruling; of a reporter, their own."""
    mine = (Appeal.ruling == row.id) & (Appeal.by == by)
    if address_hash:
        mine &= Appeal.address_hash == address_hash
    found: Appeal | None = Appeal.select().where(mine).order_by(Appeal.id.desc()).first()
    return found


def decide(case: Case, number: int, state: str, words: str, staff: int) -> None:
    """Answer an appeal as a third person: UPHELD, the ruling stays; CHANGED, it is undone and the case is open again.

    Raises SecondPerson to whoever proposed or agreed, NoReason, NotFound, NotNow where it is answered already, TooLate
    where what was to be deleted is being deleted.
    """
    made = next((one for one in of_case(case) if one.id == number), None)
    if made is None or state not in (UPHELD, CHANGED):
        raise NotFound
    if not words.strip():
        raise rulings.NoReason
    if staff in _took_part(made.ruling):
        raise SecondPerson
    actor = f"staff:{staff}"
    with atomic():
        done = Appeal.update(state=state, decided_by=staff, decided_at=clock.now())
        if not done.where(Appeal.id == made.id, Appeal.state == ASKED).execute():
            raise NotNow
        if state == UPHELD and made.by == HOLDER:
            carrying.go_on(made.ruling)
            carrying.tell_answer(made.ruling, made.id, stays=True)
        elif state == CHANGED:
            _undo(case, made, actor)
        if made.by == REPORTER:
            _tell_reporter(case, made)
        note(case, "appeal answered", actor, internal=True, by=made.by, state=state)
        thread.note_inside(case, staff, words)
        audit.record("children.appeal_decided", actor=actor, reference=case.reference, state=state)


def _ask(row: Ruling, by: str, hashed: str, text: str, in_time: bool) -> Appeal:
    if not in_time:
        raise AppealOver
    if not text.strip() or len(text) > LONGEST:
        raise NothingSaid(most=LONGEST)
    limits.hit(PER_RULING, "child appeals", f"{row.id}:{by}:{hashed}")
    open_ones = (Appeal.ruling == row.id) & (Appeal.by == by) & (Appeal.address_hash == hashed)
    if Appeal.select().where(open_ones).exists():
        raise NotNow
    with atomic():
        made: Appeal = Appeal.create(ruling=row, by=by, address_hash=hashed, words=text.strip(), at=clock.now())
        note(row.case, "appealed", by, internal=True)
        Case.update(waiting="", snoozed_until=None).where(Case.id == row.case_id).execute()
        audit.record("children.appealed", reference=row.case.reference, by=by)
    return made


def _tell_reporter(case: Case, made: Appeal) -> None:
    """Tell whoever appealed as a reporter, in the same words whatever came of it."""
    for report in triage.group(case):
        if report.reporter_hash == made.address_hash:
            notifying.news(report.case, f"appeal answered:{made.id}")


def _undo(case: Case, made: Appeal, actor: str) -> None:
    """Undo what was ruled for this person, and open the case for a decision by others."""
    for row in rulings.decided(case):
        if row.state == IN_FORCE or (row.state == rulings.DONE and row.id == made.ruling_id):
            carrying.overturn(row, actor)
            carrying.tell_answer(row, made.id, stays=False)
    if case.state == "in_progress":
        move(case, "fulfilled", "appeal allowed", actor, internal=True)
    move(case, "open", REVIEW_ASKED, actor, internal=True)


def _took_part(row: Ruling) -> set[int]:
    decision = row.decision
    return {who for who in (decision.proposed_by, decision.decided_by) if who} if decision else set()
