"""What somebody chose that they are sent."""

from __future__ import annotations

from datetime import date, datetime

from portal.notices.messages.queueing import Recipient, queue


def opted_out(to: Recipient, cause: str, what: str, at: datetime, until: date, url: str) -> None:
    """Confirm at once what somebody is no longer sent, when we received it, and until when something may be under way.

    RULES M9 (Decree 91/2020 Art. 16).
    """
    queue("opted_out", to, cause, what=what, at=at.isoformat(), until=until.isoformat(), url=url)
