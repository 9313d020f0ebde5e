"""What companies are told that decide about rows of their own, or have received some."""

from __future__ import annotations

from datetime import date

from portal.notices.messages.queueing import Recipient, queue


def controller_asked(to: Recipient, cause: str, reference: str, what: str, person: str, by: date, url: str) -> None:
    """Ask a company on somebody's behalf to answer a request, `what` (a msgid), for what it holds itself, by a day."""
    queue("controller_asked", to, cause, reference=reference, what=what, person=person, by=by.isoformat(), url=url)


def controller_reminded(to: Recipient, cause: str, reference: str, what: str, by: date, url: str) -> None:
    """Remind a company that a request waits for it."""
    queue("controller_reminded", to, cause, reference=reference, what=what, by=by.isoformat(), url=url)


def correction_told(to: Recipient, cause: str, reference: str, person: str, what: str) -> None:
    """Tell a company that received somebody's data that a part of it was corrected, never to what (GDPR 19)."""
    queue("correction_told", to, cause, reference=reference, person=person, what=what)
