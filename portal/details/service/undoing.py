"""Taking back what was not the person, in every system that has it."""

from __future__ import annotations

from portal.accounts import alarms, identifiers
from portal.accounts import service as accounts
from portal.details.models import Correction, CorrectionPart
from portal.details.service.asking import ASKED, WAITING
from portal.details.service.telling import tell
from portal.details.service.values import STOPPED, UNDOING, UNDONE, WRITTEN
from portal.kernel import audit, clock
from portal.kernel.work import Claim, wake_table
from portal.subjects import service as subjects

audit.declare("details.taken_back", "correction")


def was_not_them(row: Correction) -> bool:
    """Tell whether its person has said, within the days of a warning, that somebody else asked for a correction."""
    account = subjects.account_of(row.subject_id)
    since = accounts.distrusted(account) if account else None
    if since is not None and since - alarms.LIFE < row.asked_at < since:
        return True
    return row.alarm is not None and alarms.was_undone(row.alarm)


def take_back(row: Correction) -> None:
    """Undo, inside a transaction, what was not the person: what is written goes back, what waits is not written."""
    mine = CorrectionPart.correction == row.id
    CorrectionPart.update(state=STOPPED, due_at=None).where(mine, CorrectionPart.state << [ASKED, WAITING]).execute()
    _put_back(row)
    Correction.update(state=UNDOING, due_at=clock.now()).where(Correction.id == row.id).execute()
    audit.record("details.taken_back", subject=row.subject_id, correction=row.id)
    wake_table(Correction)


def _put_back(row: Correction) -> int:
    written = (CorrectionPart.correction == row.id) & (CorrectionPart.state == WRITTEN)
    wake_table(CorrectionPart)
    return int(CorrectionPart.update(state=UNDOING, due_at=clock.now()).where(written).execute())


def end_undoing(claim: Claim[Correction]) -> None:
    """End what was taken back once each system has what it had; what was being written meanwhile goes back too."""
    row = claim.row
    account = subjects.account_of(row.subject_id)
    with claim.step(due_at=None):
        if _put_back(row):
            return
        tell(row, row.recipients, f"correction undone:{row.id}")  # whoever was told of the new one
        Correction.update(state=UNDONE, done_at=clock.now()).where(Correction.id == row.id).execute()
        if row.identifier and account:
            identifiers.stayed(account, row.kind, row.identifier)
