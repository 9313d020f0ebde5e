"""Moving a case: compare-and-set on its state, with a line in its timeline."""

from __future__ import annotations

from typing import Any

from portal.cases.models import Case, CaseEvent
from portal.cases.service.states import FINAL, MOVES
from portal.kernel import clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow


def move(case: Case, to: str, event: str, actor: str = "person", **facts: Any) -> None:
    """Bring a case from the state it was read in to the next, and write that into its timeline.

    Raises NotNow when the table does not allow the move, or when somebody else moved the case meanwhile.
    """
    if to not in MOVES[case.state]:
        raise NotNow
    now = clock.now()
    changes = {
        "state": to,
        "closed_at": now if to in FINAL else None,
        "due_at": now if to == "approved" else None,  # only an approved case waits for a worker
    }
    with atomic():
        if not Case.update(**changes).where(Case.id == case.id, Case.state == case.state).execute():
            raise NotNow
        note(case, event, actor, **facts)
        if to == "approved":
            work.wake_table(Case)
    for name, value in changes.items():
        setattr(case, name, value)


def note(case: Case, event: str, actor: str, *, internal: bool = False, **facts: Any) -> None:
    """Write a line into a case's timeline; `facts` hold no personal data."""
    CaseEvent.create(case=case, at=clock.now(), name=event, actor=actor, internal=internal, facts=facts)
