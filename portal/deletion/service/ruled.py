"""A deletion that two of the staff decided on: it waits for the appeal to be over, and is contested there alone."""

from __future__ import annotations

from datetime import datetime

from portal.cases import service as cases
from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Problem

KIND, NOT_BEFORE = "deletion", "not_before"


class Ruled(Problem):
    """Somebody wants to keep by themselves what two of the staff decided to delete."""

    status, code = 409, "ruled"
    say = N_("Two people here decided on this deletion, so it cannot be taken back with a button.")
    then = N_("You can appeal: the mail about the decision has the address. Somebody else then looks at it.")


def open_ruled(subject_id: int, not_before: datetime) -> Case:
    """Open an approved deletion of an account for which two of the staff answer; it begins at a moment at the earliest.

    Inside a transaction of whoever decided. Its holder is told by whoever decided, and not as if they had asked.
    """
    asked = {NOT_BEFORE: not_before.isoformat()}
    with atomic():
        return cases.open_case(KIND, subject_id, actor="worker", method="operator", asked=asked)


def is_ruled(case: Case) -> bool:
    """Tell whether a deletion was decided on by the staff."""
    return NOT_BEFORE in (case.asked or {})


def begins(case: Case) -> datetime:
    """Return the moment at which a ruled deletion begins."""
    return max(clock.now(), datetime.fromisoformat(case.asked[NOT_BEFORE]))
