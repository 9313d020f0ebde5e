"""What workers do for cases: let out what staff wrote, carry out what stops a use of data, and delete evidence."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case, CaseMessage, Evidence, Lifting
from portal.cases.service import effects, evidence, thread
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("case messages", CaseMessage)
def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message out."""
    thread.deliver(claim)


def _stopping() -> object:
    return (Case.kind << sorted(effects.KINDS)) & (Case.state << ["approved", "in_progress"])


@work.runner("stopped uses", Case, where=_stopping)
def stop(claim: Claim[Case]) -> None:
    """Carry out a restriction, an objection or a withdrawal."""
    effects.carry_out(claim)


@work.runner("uses that go on", Lifting)
def lift(claim: Claim[Lifting]) -> None:
    """End what was announced to end."""
    with claim.step():
        effects.lift(claim.row)


@work.runner("evidence", Evidence)
def erase(claim: Claim[Evidence]) -> None:
    """Delete a file that is needed no longer."""
    evidence.erase(claim)


@work.every(timedelta(hours=1))
def erase_strays() -> None:
    """Delete files of decided cases, files that never arrived whole, and files that no row names."""
    evidence.erase_strays()
