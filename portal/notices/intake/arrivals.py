"""That a mail was taken in: noted in the transaction of what follows from it, so that nothing follows twice."""

from __future__ import annotations

from datetime import timedelta

from portal.kernel import clock
from portal.kernel.db import clear
from portal.notices.models import Arrival

KEPT = timedelta(days=30)


def is_first(digest: str, outcome: str) -> bool:
    """Note a mail, inside a transaction; tell whether it had not come before."""
    noted = Arrival.insert(digest=digest, outcome=outcome, at=clock.now()).on_conflict_ignore()
    return bool(noted.as_rowcount().execute() == 1)


def forget_past() -> None:
    """Forget mails that no server would deliver again."""
    clear(Arrival, Arrival.at <= clock.now() - KEPT)
