"""More time for a case: once, with a reason that the person reads, before its time is over (RULES D4)."""

from __future__ import annotations

from datetime import date

from portal.cases import deadlines
from portal.cases.models import Case, CaseMessage
from portal.cases.service import notifying, reopening, thread
from portal.cases.service.moving import note
from portal.cases.service.states import FINAL
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow

audit.declare("cases.extended", "reference", "until")


def until(case: Case) -> date | None:
    """Return the day to which a case can be extended, None where the law gives no more time."""
    begun = reopening.counted_from(case)
    return deadlines.terms(case.kind, begun, case.country, processor=case.shared).extendable_to


def extend(case: Case, reason: str, staff: int) -> date:
    """Give a case more time, tell the person and let them read why; return the new day.

    Raises AlreadyExtended, ReasonMissing, TooLate (the legal day itself is in time), NoExtension, and NotNow for a case
    that is over or that somebody else changed meanwhile.
    """
    extended = case.extended_at is not None
    begun, known = reopening.counted_from(case), {"extended": extended, "processor": case.shared}
    dates = deadlines.extend(case.kind, begun, case.country, reason=reason, **known)
    if case.state in FINAL:
        raise NotNow
    new, now, actor = dates.complete_by, clock.now(), f"staff:{staff}"
    same = (Case.id == case.id) & (Case.state == case.state) & Case.extended_at.is_null()
    with atomic():
        if (
            not Case.update(complete_by=new, profile=dates.profile, legal_maximum=dates.legal_maximum, extended_at=now)
            .where(same, Case.complete_by == case.complete_by)
            .execute()
        ):
            raise NotNow
        said = {"author": actor, "body": reason.strip(), "state": thread.SENT, "at": now, "sent_at": now}
        row = CaseMessage.create(case=case, due_at=None, **said)
        note(case, "extended", actor, until=new.isoformat(), message=row.id)
        audit.record("cases.extended", subject=case.subject_id, actor=actor, reference=case.reference, until=str(new))
        notifying.news(case, "extended")
    case.complete_by, case.extended_at = new, now
    return new
