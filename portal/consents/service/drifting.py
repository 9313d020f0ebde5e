"""Differences as they are kept: noted, asked again, found in order, told to staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from portal import config
from portal.accounts.staff.members import usable
from portal.accounts.staff.models import StaffAccount
from portal.accounts.staff.notes import reader
from portal.consents.models import Drift, Reconciliation, drifted, note_drifts
from portal.consents.service import spreading
from portal.consents.service.comparing import YES
from portal.hooks import service as hooks
from portal.kernel import audit, clock, outbox
from portal.kernel.db import ROWS, atomic, clear
from portal.kernel.work import wake_table
from portal.notices import messages
from portal.sources.base import Source

if TYPE_CHECKING:
    from portal.consents.service.reconciling import Seen

KEPT = timedelta(days=30)  # that staff see what is in order again
EXAMPLES = 5

audit.declare("consents.asked_again", "source")
audit.declare("consents.comparing_asked", "source")


class Figures(NamedTuple):
    """What differs of one purpose in one system: how many say yes after a no, lack a yes, stay, are in order again."""

    source: str
    purpose: str
    yes: int
    less: int
    stays: int
    mended: int
    found_at: datetime
    mended_at: datetime | None


def note(source: Source, seen: Sequence[Seen], begun: datetime) -> None:
    """Note what was seen, and ask the system again where it says yes after a no: one transaction, a few statements."""
    asked = sorted({one.subject for one in seen if one.difference.kind == YES})
    with atomic():
        note_drifts([(one.subject, source.id, *one.difference[:4]) for one in seen], begun)
        if not asked:
            return
        outbox.again_each(source.id, asked)
        audit.record_of("consents.asked_again", asked, actor="worker", source=source.id)
        if source.id in hooks.listeners():
            hooks.again(source.id, [(one.subject, _told(one)) for one in seen if one.difference.kind == YES])


def settle(source_id: str, begun: datetime) -> None:
    """Note as in order what a whole comparison did not find any more; forget what was so for long."""
    unseen = (Drift.source == source_id) & Drift.mended_at.is_null() & (Drift.seen_at < begun)
    while True:
        some = Drift.select(Drift.id).where(unseen).limit(ROWS)
        with atomic():
            moved = Drift.update(mended_at=clock.now()).where(Drift.id << some).execute()
        if moved < ROWS:
            break
    clear(Drift, (Drift.source == source_id) & (Drift.mended_at < clock.now() - KEPT))


def open_with(source_id: str, kind: str) -> list[Drift]:
    """Return one open difference of a kind for each number of tries."""
    still = (Drift.source == source_id) & (Drift.kind == kind) & Drift.mended_at.is_null()
    return list(Drift.select(Drift.tries).where(still).group_by(Drift.tries))


def tell_admins(source: Source, begun: datetime) -> None:
    """Mail every admin once a day how many were found anew or stay, inside a transaction; no mail without any."""
    still = (Drift.source == source.id) & (Drift.kind == YES) & Drift.mended_at.is_null()
    count = Drift.select().where(still).count()
    if not count:
        return
    url = f"{config.site().base_url}/staff/drift"
    for admin in StaffAccount.select().where(usable(), StaffAccount.role == "admin"):
        to = reader(admin)
        title = source.title.in_(to.language)
        messages.drift_found(to, f"drift:{source.id}:{begun:%Y%m%d}:{admin.id}", title, count, url)


def figures() -> list[Figures]:
    """Return what differs by system and purpose, in one statement."""
    return [Figures(*row) for row in drifted()]


def examples(source_id: str, purpose: str) -> list[int]:
    """Return the numbers of a few people of whom a system says yes after a no, the longest first."""
    still = (Drift.source == source_id) & (Drift.purpose == purpose) & Drift.mended_at.is_null() & (Drift.kind == YES)
    return [row.subject_id for row in Drift.select(Drift.subject).where(still).order_by(Drift.found_at).limit(EXAMPLES)]


def comparisons() -> list[Reconciliation]:
    """Return when each system was compared."""
    return list(Reconciliation.select().order_by(Reconciliation.source))


def look_now(source_id: str, actor: str) -> None:
    """Compare a system now."""
    with atomic():
        Reconciliation.update(due_at=clock.now(), attempts=0).where(Reconciliation.source == source_id).execute()
        audit.record("consents.comparing_asked", actor=actor, source=source_id)
        wake_table(Reconciliation)


def _told(one: Seen) -> hooks.Told:
    """Return what holds as a listener is told of it again; the state is the one that the system shall have."""
    difference = one.difference
    return spreading.holding(difference.purpose, difference.wanted, difference.event)
