"""Whether a reporter is the parent: shown in a way of their choice, noted by staff, and what was shown is erased.

Deleting and stopping need none of it; before anything is shown or told, one way has to be verified (RULES K2, K4, K5).
No way asks for a picture of an identity card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.cases.cleaning import BadFile, Clean
from portal.cases.models import Case
from portal.cases.service import evidence
from portal.cases.service.moving import note
from portal.children.models import ParenthoodCheck, Report
from portal.children.service import matching
from portal.children.service.states import FORGOTTEN, UNPROVEN
from portal.kernel import audit, clock, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.kernel.work import Claim
from portal.subjects import service as subjects

ASKED, SHOWN, VERIFIED, FAILED = "asked", "shown", "verified", "failed"
KEPT = timedelta(days=30)  # what was shown, at the longest; a decision erases it at once
TRIES = 3  # that may fail before staff take no more of a way
OWN_ACCOUNT = "own_account"
PER_CASE = "10/hour"  # times that something is handed in

audit.declare("children.parenthood_asked", "reference", "method")
audit.declare("children.parenthood_checked", "reference", "method", "result")
audit.declare("children.evidence_erased", "reference")


@dataclass(frozen=True)
class Method:
    """One way: its title, what the parent does, and whether it needs a camera, or paper."""

    title: str
    about: str
    camera: bool = False
    paper: bool = False
    files: bool = False


METHODS = {
    "call_back": Method(
        N_("We call you"),
        N_("Write when, in a message here. We ask about things that a parent knows. You need no papers."),
    ),
    "signed_form": Method(
        N_("A signed form"),
        N_("Write by hand that you are the parent, sign it, and send a photo or a scan. Cover all that is not needed."),
        paper=True,
        files=True,
    ),
    "video_call": Method(
        N_("A video call"), N_("We talk for a few minutes. Nothing is recorded."), camera=True
    ),
    "in_person": Method(
        N_("In person at one of our places"),
        N_("Come to one of our places and say the reference of this report. You need not bring a copy of anything."),
    ),
    "card_charge": Method(
        N_("A small card charge"),
        N_("We charge a card in your name and pay it back at once. It costs nothing, and we keep no number."),
    ),
    OWN_ACCOUNT: Method(
        N_("Your own account with us"),
        N_("Sign in with the address of this report. What we hold of you shows that you are grown up."),
    ),
}  # fmt: skip
ALWAYS = ("call_back", "signed_form")  # two are always there, the first of them without camera or paper


class NotParent(Problem):
    """Something is to be shown to a reporter who has not shown that they are the parent."""

    status, code = 409, "not-parent"
    say = N_("Nothing can be shown to whoever reported: it is not verified yet that they are the parent.")
    then = N_("Check that first, in a way of their choice. Nothing was decided.")


class NoOwnAccount(Problem):
    """Somebody wants to show that they are grown up by an account that does not show it."""

    status, code = 422, "no-own-account"
    say = N_("This account does not show that you are grown up, or has another address than this report.")
    then = N_("Choose another way. Nothing is lost.")


def offered(report: Report) -> list[str]:
    """Return the ways that a reporter can still choose: those of ALWAYS, and each that has not failed too often."""
    failed = [row.method for row in of_report(report) if row.state == FAILED]
    return [name for name in METHODS if name in ALWAYS or failed.count(name) < TRIES]


def ask(case: Case, method: str) -> ParenthoodCheck:
    """Note the way that a reporter chose; choosing it twice is one check. NotFound for no such way, NotNow too late.

    The case says the same whether there is an account or not.
    """
    report = _report(case)
    if method not in offered(report):
        raise NotFound
    known = _pending(report, method)
    if known is not None:
        return known
    with atomic():
        row: ParenthoodCheck = ParenthoodCheck.create(
            report=report, reporter_hash=report.reporter_hash, method=method, due_at=None
        )
        note(case, "parenthood asked", "person", method=method)
        Case.update(waiting="", snoozed_until=None).where(Case.id == case.id, Case.waiting != "source").execute()
        audit.record("children.parenthood_asked", reference=case.reference, method=method)
    return row


def hand_in(case: Case, method: str, files: Sequence[tuple[str, Clean]]) -> ParenthoodCheck:
    """Keep what a reporter shows, as `evidence.checked` has made it harmless, until a date.

    Raises NotNow, NotFound, and BadFile where it is more than is taken for one check.
    """
    if not METHODS[method].files or not files:
        raise NotFound
    row = ask(case, method)
    if len(_numbers(row)) + len(files) > evidence.MOST:
        raise BadFile("many")
    before = {one.id for one in evidence.of(case)}
    evidence.keep(case, files)
    numbers = [*_numbers(row), *(one.id for one in evidence.of(case) if one.id not in before)]
    _shown(row, json.dumps(numbers))
    return row


def tried(case: Case, method: str) -> int:
    """Count that something is handed in, before any of it is read, for that is work; return how many files there are.

    Raises NotNow, TooManyTries.
    """
    row = _pending(_report(case), method)
    limits.hit(PER_CASE, "parenthood by report", case.reference)
    return len(_numbers(row)) if row else 0


def by_own_account(case: Case, subject_id: int) -> ParenthoodCheck:
    """Note that a reporter signed in and confirmed it is them, with the address of the report and signs of an adult.

    Staff still verify it. Raises NoOwnAccount, SourceUnavailable.
    """
    _report(case)
    mine = {one.value for one in subjects.proofs(subject_id) if one.kind == "email"}
    found = matching.signals_of(subject_id) if case.contact in mine else set()
    if not found:
        raise NoOwnAccount
    row = ask(case, OWN_ACCOUNT)
    _shown(row, json.dumps(sorted(found)))
    return row


def record(case: Case, method: str, result: str, staff: int) -> ParenthoodCheck:
    """Note what came of a way: VERIFIED or FAILED, by whom and when; also of one that nobody had chosen before.

    A call or a visit leaves nothing but this line. Raises NotFound for a word that is none, NotNow.
    """
    if result not in (VERIFIED, FAILED) or method not in METHODS:
        raise NotFound
    report = _report(case)
    with atomic():
        row = _pending(report, method) or ParenthoodCheck.create(
            report=report, reporter_hash=report.reporter_hash, method=method, due_at=None
        )
        done = ParenthoodCheck.update(state=result, by_staff=staff, at=clock.now())
        if not done.where(ParenthoodCheck.id == row.id, ParenthoodCheck.state << [ASKED, SHOWN]).execute():
            raise NotNow
        note(case, "parenthood checked", f"staff:{staff}", internal=True, method=method, result=result)
        known: dict[str, Any] = {"reference": case.reference, "method": method, "result": result}
        audit.record("children.parenthood_checked", actor=f"staff:{staff}", **known)
    return ParenthoodCheck.get_by_id(row.id)


def of_report(report: Report) -> list[ParenthoodCheck]:
    """Return every check of a report, the oldest first."""
    return list(ParenthoodCheck.select().where(ParenthoodCheck.report == report.id).order_by(ParenthoodCheck.id))


def is_verified(report: Report) -> bool:
    """Tell whether a reporter has shown that they are the parent; what they showed may be erased by now."""
    mine = (ParenthoodCheck.report == report.id) & (ParenthoodCheck.state == VERIFIED)
    return ParenthoodCheck.select().where(mine).exists()


def erase(claim: Claim[ParenthoodCheck]) -> None:
    """Erase what was shown, on its date; that it was checked, how, by whom and with which result stays."""
    row, case = claim.row, claim.row.report.case
    numbers = _numbers(row)
    with claim.step(evidence=None, erased_at=clock.now(), due_at=None):
        for number in numbers:
            evidence.drop(case, number)
        note(case, "evidence erased", "worker", internal=True)
        audit.record("children.evidence_erased", actor="worker", reference=case.reference)


def _shown(row: ParenthoodCheck, what: str) -> None:
    on = clock.today() + KEPT
    due = clock.beginning(on)
    facts = {"state": SHOWN, "evidence": what, "erase_on": on, "due_at": due}
    ParenthoodCheck.update(facts).where(ParenthoodCheck.id == row.id, ParenthoodCheck.state << [ASKED, SHOWN]).execute()


def _numbers(row: ParenthoodCheck) -> list[int]:
    found = json.loads(row.evidence) if row.evidence else []
    return [one for one in found if isinstance(one, int)]


def _pending(report: Report, method: str) -> ParenthoodCheck | None:
    same = (ParenthoodCheck.report == report.id) & (ParenthoodCheck.method == method)
    found: ParenthoodCheck | None = ParenthoodCheck.get_or_none(same, ParenthoodCheck.state << [ASKED, SHOWN])
    return found


def _report(case: Case) -> Report:
    report: Report | None = Report.get_or_none(Report.case == case.id)
    if report is None:
        raise NotFound
    if report.state in (UNPROVEN, FORGOTTEN) or report.relation == "found":
        raise NotNow
    return report
