"""What may be proposed to become of a report: the outcomes, what each of them needs, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.cases.models import Case
from portal.children.models import Report, Ruling
from portal.children.naming import LONGEST_KEPT
from portal.children.service import matching, parenthood, release, triage
from portal.children.service.rulings.fitting import asks_child
from portal.children.service.rulings.outcomes import ABOUT_SOMEBODY, KEEP, OUTCOMES, SEE
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound, Problem


class NoReason(Problem):
    """A decision without a reason in words."""

    status, code = 422, "no-reason"
    say = N_("Every decision about a child's account needs a reason in words.")
    then = N_("Write why. The second person reads it. Nothing was decided.")


class NobodyChosen(Problem):
    """Something is to be done to an account, and none of those that may be meant was chosen."""

    status, code = 422, "nobody-chosen"
    say = N_("Choose the account that it is about. Only those that were found for this report can be chosen.")
    then = N_("If none of them is meant, choose that nothing is done.")


class KeptUntilWhen(Problem):
    """Data is to be kept safe without a day, or for longer than a year."""

    status, code = 422, "kept-until-when"
    say = N_("Choose the day until which it is kept: after today and within one year.")
    then = N_("It can be kept longer by another decision.")


class NothingChosen(Problem):
    """Something is to be shown to a parent, and no category was chosen, or one that is never shown."""

    status, code = 422, "nothing-chosen"
    say = N_("Choose what is shown. Places, visits and devices can never be chosen.")
    then = N_("Nothing was decided.")


class ChildAsked(Problem):
    """Data of a child who is old enough to be asked is to be shown without them having agreed."""

    status, code = 409, "child-asked"
    say = N_("The child is old enough to be asked: without their yes nothing is shown.")
    then = N_("Ask them at their own address, and note that they agreed. Nothing was decided.")


class LedElsewhere(Problem):
    """A report is decided that is led by another one about the same account; facts: `reference`."""

    status, code = 409, "led-elsewhere"
    say = N_("Several reports are about this account. They are decided together, in %(reference)s.")
    then = N_("Open that request. Nothing was decided.")


@dataclass(frozen=True)
class Wanted:
    """What somebody proposes; `subjects` are chosen among the matches, `tables` are "source.table"."""

    outcome: str
    words: str
    reason: str = ""
    subjects: tuple[int, ...] = ()
    keep_until: date | None = None
    tables: tuple[str, ...] = ()
    child_agrees: bool = False


def check(case: Case, report: Report, wanted: Wanted) -> None:
    """Refuse what lacks something: raises the problems above, NotParent, and NotFound for an unknown outcome."""
    if wanted.outcome not in OUTCOMES:
        raise NotFound
    if report.lead is not None:
        raise LedElsewhere(reference=Case.get_by_id(report.lead).reference)
    if not wanted.words.strip():
        raise NoReason
    found = {row.subject_id for row in matching.of_report(report)}
    if wanted.outcome in ABOUT_SOMEBODY and (not wanted.subjects or not set(wanted.subjects) <= found):
        raise NobodyChosen
    if wanted.outcome == KEEP:
        today = clock.today()
        if wanted.keep_until is None or not today < wanted.keep_until <= today + LONGEST_KEPT:
            raise KeptUntilWhen
    if wanted.outcome == SEE:
        _check_release(case, report, wanted)


def _check_release(case: Case, report: Report, wanted: Wanted) -> None:
    if not any(parenthood.is_verified(one) for one in triage.group(case)):
        raise parenthood.NotParent
    if not wanted.tables or not set(wanted.tables) <= {one.place for one in release.offered()}:
        raise NothingChosen
    if asks_child(report) and not wanted.child_agrees:
        raise ChildAsked


def terms(wanted: Wanted) -> dict[str, Any]:
    """Return what a ruling keeps of a wish beside its outcome."""
    if wanted.outcome == KEEP and wanted.keep_until:
        return {"until": wanted.keep_until.isoformat()}
    return {"tables": list(wanted.tables), "child agrees": wanted.child_agrees} if wanted.outcome == SEE else {}


def of_rows(rows: list[Ruling]) -> Wanted:
    """Return what was proposed, from the rulings made of it."""
    first, terms = rows[0], rows[0].terms
    return Wanted(
        first.outcome,
        first.decision.words or "",
        first.decision.reason,
        tuple(row.subject for row in rows if row.subject is not None),
        date.fromisoformat(terms["until"]) if "until" in terms else None,
        tuple(terms.get("tables", ())),
        bool(terms.get("child agrees")),
    )
