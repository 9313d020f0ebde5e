"""Who else is writing in a case at this moment, so that two do not answer the same person."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case, Presence
from portal.kernel import clock
from portal.kernel.db import atomic, clear

COUNTS = timedelta(minutes=1)


def here(case: Case, staff: int) -> None:
    """Note that somebody of the staff is writing."""
    now = clock.now()
    with atomic():
        Presence.insert(case=case, staff=staff, seen_at=now).on_conflict(
            conflict_target=[Presence.case, Presence.staff], update={"seen_at": now}
        ).execute()


def left(case: Case, staff: int) -> None:
    """Note that somebody has stopped."""
    Presence.delete().where(Presence.case == case.id, Presence.staff == staff).execute()


def others(case: Case, staff: int) -> list[int]:
    """Return the numbers of everybody else who was writing within the last minute."""
    live = (Presence.case == case.id) & (Presence.staff != staff) & (Presence.seen_at > clock.now() - COUNTS)
    return [row.staff for row in Presence.select().where(live).order_by(Presence.staff)]


def forget_past() -> None:
    """Remove what no longer counts."""
    clear(Presence, Presence.seen_at <= clock.now() - COUNTS)
