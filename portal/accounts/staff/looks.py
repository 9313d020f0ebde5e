"""Looks of the staff at the data of a person: each has a reason, is logged, and is shown to the person (RULES S2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import peewee

from portal.accounts.models import Subject
from portal.accounts.staff.models import StaffEmbargo, StaffLook
from portal.accounts.staff.sessions import actor
from portal.accounts.staff.spans import LOOK
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem

# Why somebody of the staff may look; the person reads these words.
REASONS: Mapping[str, str] = {
    "answering": N_("answering a request"),
    "identity": N_("checking who somebody is"),
    "complaint": N_("a complaint"),
    "fault": N_("a technical fault"),
    "duty": N_("a legal duty"),
}
LONGEST = 500  # characters of words

audit.declare("staff.looked", "role", "reason")
audit.declare("staff.embargoed", "line", "until")
audit.declare("staff.embargo_lifted", "line")


class Looker(Protocol):
    """What this needs to know of a member: `web.guards.Crew` is one."""

    @property
    def number(self) -> int: ...
    @property
    def session_id(self) -> int: ...
    @property
    def role(self) -> Any: ...


class NoReason(Problem):
    """Nobody looks at a person's data without a reason."""

    status, code = 422, "no-reason"
    say = N_("A reason is missing.")
    then = N_("Choose one from the list, and say in words what it is about.")


class NotLater(Problem):
    """An embargo ends in the future, within a year."""

    status, code = 422, "not-later"
    say = N_("An entry can be held back until a day from tomorrow on, for a year at most.")
    then = N_("Choose such a day.")


def looked(staff: Looker, subject_id: int, reason: str, words: str = "", about: str = "") -> StaffLook:
    """Log that a member looks at the data of a person, for the person to read; return the look.

    `reason` is one of REASONS; `words` say more to other members and are never logged, nor shown to the person; `about`
    names the request or page, for which the reason counts for 30 minutes in this session. Raises NoReason, NotFound.
    """
    if reason not in REASONS:
        raise NoReason
    if not Subject.select().where(Subject.id == subject_id).exists():
        raise NotFound
    with atomic():
        audit.record("staff.looked", subject=subject_id, actor=actor(staff.number), role=staff.role, reason=reason)
        event = _last_event(subject_id, actor(staff.number))
        facts = {"role": staff.role, "reason": reason, "words": words[:LONGEST], "about": about}
        look: StaffLook = StaffLook.create(
            subject=subject_id, staff=staff.number, session=staff.session_id, event=event, **facts
        )
        return look


def _last_event(subject_id: int, by: str) -> int:
    mine = (AuditEvent.subject == subject_id) & (AuditEvent.actor == by) & (AuditEvent.name == "staff.looked")
    return int(AuditEvent.select(peewee.fn.MAX(AuditEvent.id)).where(mine).scalar())


def has_reason(staff: Looker, subject_id: int, about: str = "") -> bool:
    """Tell whether this session gave its reason for this person and request less than 30 minutes ago."""
    this = (StaffLook.session == staff.session_id) & (StaffLook.subject == subject_id) & (StaffLook.about == about)
    return bool(StaffLook.select().where(this, StaffLook.at > clock.now() - LOOK).exists())


def of_event(event: int) -> StaffLook:
    """Return the look that a line of the log tells of; raises NotFound."""
    found: StaffLook | None = StaffLook.get_or_none(StaffLook.event == event)
    if found is None:
        raise NotFound
    return found


def recent(limit: int = 100) -> list[StaffLook]:
    """Return the newest looks of everybody."""
    return list(StaffLook.select().order_by(StaffLook.id.desc()).limit(limit))


def embargo(by: int, event: int, until: datetime, words: str) -> None:
    """Do not show a look to its person before a moment, for a reason in words; raises NotFound, NoReason, NotLater.

    One that is held back already gets the new moment and words; each of it is logged.
    """
    look, now = of_event(event), clock.now()
    if not words.strip():
        raise NoReason
    if not now < until <= now.replace(year=now.year + 1, day=min(now.day, 28)):
        raise NotLater
    with atomic():
        StaffEmbargo.delete().where(StaffEmbargo.event == event).execute()
        facts = {"until": until, "words": words.strip()[:LONGEST], "staff": by}
        StaffEmbargo.create(subject=look.subject_id, event=event, **facts)
        audit.record("staff.embargoed", actor=actor(by), line=event, until=until.isoformat())


def lift(by: int, event: int) -> None:
    """Show a look to its person from now on; raises NotFound."""
    with atomic():
        if not StaffEmbargo.delete().where(StaffEmbargo.event == event).execute():
            raise NotFound
        audit.record("staff.embargo_lifted", actor=actor(by), line=event)


def held_back() -> Any:
    """Return a query for the lines of the log that no person is shown now."""
    return StaffEmbargo.select(StaffEmbargo.event).where(StaffEmbargo.until > clock.now())


def embargoes() -> list[StaffEmbargo]:
    """Return what is held back now, what ends first before."""
    return list(StaffEmbargo.select().where(StaffEmbargo.until > clock.now()).order_by(StaffEmbargo.until))
