"""What workers do for corrections: write each value, finish, and take up what staff approved."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case
from portal.details.models import Correction, CorrectionPart
from portal.details.service import moving, writing
from portal.details.service.asking import KIND
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("corrected values", CorrectionPart)
def write(claim: Claim[CorrectionPart]) -> None:
    """Write one value into one system."""
    writing.write(claim)


@work.runner("corrections", Correction)
def finish(claim: Claim[Correction]) -> None:
    """End a correction that every system has answered."""
    writing.finish(claim)


@work.runner("approved corrections", Case, where=lambda: (Case.kind == KIND) & (Case.state == "approved"))
def take_up(claim: Claim[Case]) -> None:
    """Begin what staff approved."""
    writing.take_up(claim)


@work.every(timedelta(minutes=1))
def take_back_all() -> None:
    """Undo the addresses that somebody else brought in."""
    moving.take_back_all()
