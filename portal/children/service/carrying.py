"""Carrying out what two of the staff decided, and telling each who may know of it: the holder, a verified parent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from portal import config
from portal.accounts import blocking
from portal.accounts import service as accounts
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, notifying
from portal.cases.service.moving import move as move_case
from portal.cases.service.moving import note
from portal.children import bands
from portal.children.models import ChildHold, Report, Ruling
from portal.children.service import holding, parenthood, rulings, triage
from portal.children.service.rulings import AGREED, DELETE, DONE, KEEP, OVERTURNED, STOP
from portal.children.service.states import HELD, IN_FORCE, OVER
from portal.consents import service as consents
from portal.consents.service.names import HELD as SAYS_NO
from portal.deletion import service as deletions
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources import registry
from portal.subjects import holds
from portal.subjects import service as subjects
from portal.web import words

BLOCKED, LONGEST_BLOCK = timedelta(days=365), timedelta(days=3 * 365)
LOOK = timedelta(hours=1)  # between two looks at a deletion under way
HELD_FOR = N_("Two people here decided that this account may be a child's. Its data is used for nothing else.")
KEPT_FOR = N_("Kept safe because somebody may need it as evidence. Two people here decided so.")

audit.declare("children.carried_out", "reference", "outcome")


def take_up(claim: Claim[Case]) -> None:
    """Begin what was decided in a case; whoever dies in between does it again, and nothing twice."""
    case = claim.row
    with claim.step(due_at=None):
        decision = deciding.last(case)
        mine = (Ruling.case == case.id) & (Ruling.state == AGREED)
        for row in Ruling.select().where(mine, Ruling.decision == (decision.id if decision else None)):
            _begin(row)
        for report in triage.group(case):
            if parenthood.is_verified(report):
                _tell_parent(report.case)
        move_case(case, "in_progress", "being carried out", "worker", internal=True)


def watch(claim: Claim[Ruling]) -> None:
    """Look whether a deletion is over, or the day has come until which data was kept safe."""
    row = claim.row
    if row.state != IN_FORCE:
        claim.done()
    elif row.outcome == KEEP:
        with claim.step(due_at=None):
            _end_holds(row)
            _over(row)
    elif row.outcome == DELETE and not _is_gone(row):
        claim.later(LOOK.total_seconds())
    elif row.outcome == DELETE:
        with claim.step(due_at=None):
            _end_holds(row)
            _over(row)
            for report in triage.group(row.case):
                if parenthood.is_verified(report):
                    notifying.news(report.case, f"certificate:{row.id}")
    else:
        claim.done()


def overturn(row: Ruling, actor: str) -> None:
    """Undo a ruling after an appeal, inside a transaction; what was deleted by then cannot come back.

    Raises TooLate once a deletion has begun.
    """
    if row.deletion and row.state != DONE:
        deletions.cancel_ruled(row.deletion)
    if row.deletion:
        blocking.lift(row.deletion)
    rulings.move(row, OVERTURNED, due_at=None)
    _end_holds(row, actor)
    if row.subject:
        for held in holds.of_subject(row.subject):
            if held.case == _place(row):
                holds.end(held.id, held.staff)


def halt(row: Ruling) -> None:
    """Stop a deletion while an appeal of its holder is looked at; TooLate once it has begun."""
    if row.deletion and row.outcome == DELETE and row.state == IN_FORCE:
        deletions.cancel_ruled(row.deletion)
        Ruling.update(due_at=None).where(Ruling.id == row.id).execute()


def go_on(row: Ruling) -> None:
    """Delete after all, once an appeal was looked at by a third person and nothing changed."""
    if row.outcome == DELETE and row.state == IN_FORCE and row.subject:
        blocking.lift(row.deletion)
        _delete(row, clock.end(lasts_until(row, clock.today())))
        row.save()


def lasts_until(row: Ruling, answered: date) -> date:
    """Return until the end of which day an account stays whose holder appealed in vain: as long as was promised.

    And a day beyond that of the answer, so that they read it and can take a copy before.
    """
    promised: date = row.appeal_until
    return max(promised, answered + timedelta(days=1))


def url(row: Ruling) -> str:
    """Return the address at which a holder reads what was decided and appeals; no table holds its secret."""
    return f"{config.site().base_url}/children/decisions/{row.id}/{secret(row.id)}"


def secret(number: int) -> str:
    """Return the secret of a holder's page about a ruling."""
    return tokens.derived("child ruling", str(number))


def certificate_of(row: Ruling) -> str:
    """Return the address of the certificate of a deletion that is over, "" before, and where there is none."""
    return deletions.address_of(row.deletion) if row.outcome == DELETE and row.state == DONE else ""


def _begin(row: Ruling) -> None:
    rulings.move(row, IN_FORCE, due_at=None)
    if row.subject and row.outcome == DELETE:
        _hold(row)
        _delete(row, clock.end(row.appeal_until))
    elif row.subject and row.outcome == STOP:
        _hold(row)
    elif row.subject and row.outcome == KEEP:
        _hold(row)
        _keep_safe(row, date.fromisoformat(row.terms["until"]))
    else:
        _end_holds(row)
    row.save()
    _tell_holder(row, f"child decided:{row.id}", row.outcome, row.appeal_until)
    audit.record("children.carried_out", actor="worker", reference=row.case.reference, outcome=row.outcome)


def _delete(row: Ruling, not_before: datetime) -> None:
    """Open the deletion for the engine to claim, and block the addresses from signing up (RULES K9)."""
    row.deletion = deletions.open_ruled(row.subject, not_before).reference
    row.due_at = clock.now() + LOOK
    for proof in subjects.proofs(row.subject):
        blocking.block(proof.kind, proof.value, blocked_until(row), row.deletion)


def blocked_until(row: Ruling) -> date:
    """Return the last day on which the addresses cannot sign up: until the child is old enough, at most three years."""
    today, report = clock.today(), Report.get(Report.case == row.case_id)
    if report.birth_year is None or report.birth_month is None:
        return today + BLOCKED
    old_enough = date(report.birth_year + row.age_limit, report.birth_month, 28) + timedelta(days=4)
    return min(max(old_enough, today + timedelta(days=30)), today + LONGEST_BLOCK)


def _hold(row: Ruling) -> None:
    """Hold all that can be held, by the hold that there is, or by one that rests on the decision alone."""
    hold = holding.of(row.subject)
    if hold is None:
        report = Report.get(Report.case == row.case_id)
        hold = ChildHold.create(
            subject=row.subject, report=report, level=holding.AT_TRIAGE, band=row.band, language=_language(row),
            until=clock.today() + holding.LASTS, due_at=None, told_at=clock.now(),
        )  # fmt: skip
    ChildHold.update(level=holding.AT_TRIAGE, due_at=None).where(ChildHold.id == hold.id).execute()
    terms: dict[str, Any] = {"language": _language(row), "actor": "worker", "channel": "portal"}
    states = dict.fromkeys(holding.stopped_at(holding.AT_TRIAGE), SAYS_NO)
    said = words.of(_language(row)).say(HELD_FOR)
    consents.say_no(row.subject, states, case=hold.reference, wording=said, **terms)


def _keep_safe(row: Ruling, until: date) -> None:
    """Freeze every record in every system: no deletion and no retention touches it before the day."""
    staff, said = row.decision.decided_by or 0, words.of(_language(row)).say(KEPT_FOR)
    for source, keys in subjects.links(row.subject).items():
        for table in registry.active().get(source).manifest.tables if keys else ():
            holds.place(row.subject, _place(row), (source, table), until, said, staff, "")
    row.due_at = clock.end(until)


def _place(row: Ruling) -> str:
    """Return what legal holds of a ruling are called: it leads to no report."""
    return f"D-{row.id}"


def _end_holds(row: Ruling, actor: str = "worker") -> None:
    for hold in triage.holds(row.case):
        if hold.state == HELD and hold.subject_id in (row.subject, None):
            holding.end(hold, OVER, actor)


def _over(row: Ruling) -> None:
    rulings.move(row, DONE)


def _is_gone(row: Ruling) -> bool:
    """Tell whether the deletion is over; one that ended without deleting is opened anew, as long as somebody is there.

    The holder may have had one of their own under way, which came first, and have taken that back.
    """
    case = by_reference(row.deletion)
    if case.state == "revoked":
        if subjects.account_of(row.subject) is None:
            return True
        if deletions.unfinished(row.subject) is None:
            with atomic():
                _delete(row, clock.now())
                row.save()
        return False
    return case.state == "fulfilled"


def tell_answer(row: Ruling, appeal: int, *, stays: bool) -> None:
    """Tell whoever has the account what became of an appeal about it."""
    cause, until = f"child appeal:{appeal}:{row.id}", lasts_until(row, clock.today())
    said = "changed" if not stays else "upheld-delete" if row.outcome == DELETE else "upheld"
    _tell_holder(row, cause, said, until)


def _tell_holder(row: Ruling, cause: str, said: str, until: date) -> None:
    """Tell whoever has the account, in words for a child, unless a child is so small that a verified parent is told."""
    if row.subject is None:
        return
    small = row.band == bands.SMALL and any(parenthood.is_verified(one) for one in triage.group(row.case))
    account = subjects.account_of(row.subject)
    to = accounts.recipient(account) if account and not small else None
    if to is not None:
        told = messages.Recipient(to.address, _language(row), to.account)
        messages.child_decided(told, cause, said, until, url(row))


def _tell_parent(case: Case) -> None:
    note(case, "decided for you", "worker")
    notifying.news(case, "decided for you")


def _language(row: Ruling) -> str:
    account = subjects.account_of(row.subject)
    chosen = accounts.language(account) if account is not None else None
    return chosen or row.case.language or config.site().languages[0]
