"""More time for a case: once, with a reason that the person reads, before its time is over (RULES D4)."""

from __future__ import annotations

from datetime import date

from portal import config
from portal.cases import deadlines
from portal.cases.models import Case, CaseMessage
from portal.cases.service import notifying, thread
from portal.cases.service.moving import note
from portal.cases.service.queue import today
from portal.cases.service.states import FINAL
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem

audit.declare("cases.extended", "reference", "until")


class AlreadyExtended(Problem):
    """A second extension."""

    status, code = 409, "already-extended"
    say = N_("The time of this request was extended before, and the law allows it once.")
    then = N_("Complete it by its date, or refuse it with a reason.")


class TooLateToExtend(Problem):
    """An extension after the time was over."""

    status, code = 409, "too-late-to-extend"
    say = N_("The time of this request is over, so it can no longer be extended.")
    then = N_("Complete it now, and tell the person why it took so long.")


class ExtensionReasonMissing(Problem):
    """An extension without a reason."""

    status, code = 422, "extension-reason-missing"
    say = N_("An extension needs a reason, which the person will read.")
    then = N_("Write why more time is needed. Nothing was extended.")


def until(case: Case) -> date:
    """Return the day to which a case can be extended: each right by its own span (Decree 356/2025 Art. 5)."""
    rules, zone = deadlines.profile(case.profile), config.site().timezone
    span = rules.complete_days[case.kind]
    return deadlines.complete_by(rules, case.kind, case.received_at, zone) + span * deadlines.DAY


def extend(case: Case, reason: str, staff: int) -> date:
    """Give a case more time, tell the person and let them read why; return the new day.

    Raises AlreadyExtended, TooLateToExtend (the legal day itself is in time), ExtensionReasonMissing, and NotNow for a
    case that is over or that somebody else changed meanwhile.
    """
    if case.extended_at is not None:
        raise AlreadyExtended
    if not reason.strip():
        raise ExtensionReasonMissing
    if case.state in FINAL:
        raise NotNow
    if today() > case.complete_by:
        raise TooLateToExtend
    new, now, actor = until(case), clock.now(), f"staff:{staff}"
    same = (Case.id == case.id) & (Case.state == case.state) & Case.extended_at.is_null()
    with atomic():
        if (
            not Case.update(complete_by=new, extended_at=now)
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
