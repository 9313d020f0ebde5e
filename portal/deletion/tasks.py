"""What workers do for deletions."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case
from portal.deletion import service
from portal.deletion.models import Deletion
from portal.kernel import work
from portal.kernel.work import Claim
from portal.sources import checklists
from portal.subjects.models import LegalHold


@work.runner("approved deletions", Case, where=lambda: (Case.kind == "deletion") & (Case.state == "approved"))
def start(claim: Claim[Case]) -> None:
    """Take up a case that was approved elsewhere."""
    with claim.step():
        service.take_up(claim.row)


@work.runner("deletions", Deletion)
def carry_out(claim: Claim[Deletion]) -> None:
    """Carry a deletion on."""
    service.carry_out(claim)


@work.runner("ended holds", LegalHold)
def release_hold(claim: Claim[LegalHold]) -> None:
    """Erase what nothing but a hold kept that is over."""
    service.release_hold(claim)


@work.every(timedelta(minutes=5))
def stop_all_distrusted() -> None:
    """Cancel what somebody else asked for."""
    service.stop_all_distrusted()


@work.every(timedelta(days=1))
def forget_certificates() -> None:
    """Remove certificates whose ten years are over."""
    service.forget_past()


@work.every(timedelta(days=1))
def expire() -> None:
    """Delete kept rows whose date has come."""
    service.expire()


@work.every(timedelta(days=1))
def sweep_returned() -> None:
    """Look for people who were erased and are there again."""
    service.sweep_returned()


@work.every(timedelta(days=1))
def forget_looks_by_hand() -> None:
    """Forget what staff found by hand for old copies."""
    checklists.forget_old()
