"""Taking addresses away, undoing what somebody else did, asking staff, and reading the log of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.accounts import alarms, identifiers, passwords, proving, sessions
from portal.accounts import service as accounts
from portal.accounts.models import Alarm, Identifier
from portal.accounts.staff import looks
from portal.cases import service as cases
from portal.cases.models import Case, CaseEvent
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.notices.messages import PASSWORD
from portal.security.words import SAID
from portal.subjects import claims
from portal.subjects import service as subjects

PAGE = 30  # events of the log on one page
INQUIRY = "asked whose record it is"
ADDING = ("added", "moved")  # changes by which an address came to the account

audit.declare("security.not_me", "count")


@dataclass(frozen=True)
class Happened:
    """One line of a person's log: a msgid, what fills it, and when; `by_staff` marks the looks of our people."""

    id: int
    at: datetime
    sentence: str
    facts: Mapping[str, Any]
    by_staff: bool


def remove(account_id: int, subject_id: int, identifier_id: int) -> None:
    """Take an address away at once and tell of it, also there; raises NotFound, LastEmail, StillNeeded."""
    with atomic():
        gone = identifiers.load(account_id, identifier_id)
        if gone.moves_to:
            raise identifiers.StillNeeded
        _take_away(subject_id, gone)
        alarms.tell_removed(gone)


def end_session(account_id: int, session_id: int) -> None:
    """End one session and tell of it; raises NotFound."""
    with atomic():
        sessions.end(account_id, session_id)
        alarms.tell(account_id, "ended")


def end_others(account_id: int, keep_token: str) -> int:
    """End all sessions but this one; tell of it where there were others. Return how many."""
    with atomic():
        ended = sessions.end_others(account_id, keep_token)
        if ended:
            alarms.tell(account_id, "ended")
    return ended


def not_me(alarm: Alarm) -> None:
    """Undo a change and all later ones, end every session, and let nothing be carried out that was asked until now.

    Doing it twice is harmless.
    """
    with atomic():
        if not Alarm.update(undone_at=clock.now()).where(Alarm.id == alarm.id, Alarm.undone_at.is_null()).execute():
            return
        account_id, subject_id = alarm.account_id, subjects.ensure(alarm.account_id)
        later = [alarm, *alarms.since(alarm)]
        for change in sorted(later, key=lambda one: one.what in ADDING):  # put back first, or the last e-mail stays
            _undo(change, subject_id)
        Alarm.update(undone_at=clock.now()).where(Alarm.id << [one.id for one in later]).execute()
        proving.drop_pending(account_id)
        accounts.distrust(account_id)
        sessions.end_all(account_id)
        audit.record("security.not_me", subject=subject_id, count=len(later))


def ask_staff(subject_id: int, link_id: int) -> Case:
    """Open an inquiry about whose record a row is; asking twice gives the same one. Raises NotFound."""
    source = claims.source_of(subject_id, link_id)
    with atomic():
        if (open_now := inquiries(subject_id).get(link_id)) is not None:
            return open_now
        case = cases.open_case("inquiry", subject_id, approved=False)
        CaseEvent.create(case=case, name=INQUIRY, actor="person", facts={"source": source.id, "link": link_id})
    return case


def inquiries(subject_id: int) -> dict[int, Case]:
    """Return a person's open inquiries about records, by the number of the row."""
    asked = (
        CaseEvent.select(CaseEvent, Case)
        .join(Case)
        .where(
            Case.subject == subject_id,
            Case.kind == "inquiry",
            Case.state.not_in(cases.FINAL),
            CaseEvent.name == INQUIRY,
        )
    )
    return {event.facts["link"]: event.case for event in asked}


def activity(subject_id: int, before: int | None = None) -> tuple[list[Happened], int | None]:
    """Return a page of a person's log, the newest first, and where the next page begins, None on the last."""
    events = audit.of_subject(subject_id, before, PAGE + 1, without=looks.held_back())
    more = events[PAGE - 1].id if len(events) > PAGE else None
    return [_happened(event) for event in events[:PAGE]], more


def _happened(event: audit.AuditEvent) -> Happened:
    by_staff = event.actor.startswith("staff")
    return Happened(event.id, event.at, SAID.get(event.name, SAID["*"]), event.keys, by_staff)


def _take_away(subject_id: int, identifier: Identifier) -> None:
    subjects.let_go(subject_id, identifier)
    identifiers.remove(identifier)


def _undo(change: Alarm, subject_id: int) -> None:
    if change.what in PASSWORD:
        passwords.drop(change.account_id)
    if change.what == "removed" and change.address and change.proven_at:
        identifiers.put_back(change.account_id, change.kind, change.address, change.proven_at)
    if change.what in ADDING and change.address:
        added = identifiers.by_value(change.account_id, change.kind, change.address)
        if added and not identifiers.is_last_email(added):
            _take_away(subject_id, added)
