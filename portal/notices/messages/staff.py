"""Members of the staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from portal.notices.messages.declared import STAFF_CHANGES
from portal.notices.messages.queueing import Recipient, queue


def staff_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send a member of the staff the code with which signing in begins."""
    queue("staff_code", to, cause, code=code, minutes=minutes)


def staff_invited(to: Recipient, cause: str, url: str, expires_at: datetime) -> None:
    """Send a member of the staff the address at which the second factor is set, once."""
    queue("staff_invited", to, cause, url=url, expires_at=expires_at.isoformat())


def staff_changed(to: Recipient, cause: str, what: str, left: int, at: datetime) -> None:
    """Tell a member of the staff of a change to how they sign in or what they may do.

    `what` is one of STAFF_CHANGES; `left` is how many recovery codes are left where one was used.
    """
    if what not in STAFF_CHANGES:
        raise ValueError(f"the templates have no sentence for {what!r}")
    queue("staff_changed", to, cause, what=what, left=left, at=at.isoformat())


def staff_digest(to: Recipient, cause: str, lines: Sequence[tuple[str, str, date]], count: int, url: str) -> None:
    """Tell a member of the staff which requests came to half, a quarter or the end of their time, or are late.

    Each line is that word (half, quarter, end or late), a reference and the day; `count` may be more than are named.
    """
    said = [[word, reference, day.isoformat()] for word, reference, day in lines]
    queue("staff_digest", to, cause, lines=said, count=count, url=url)


def webhook_stopped(to: Recipient, cause: str, name: str, url: str) -> None:
    """Tell an admin that a system which listens is told nothing more, and where it says why."""
    queue("webhook_stopped", to, cause, name=name, url=url)


def drift_found(to: Recipient, cause: str, system: str, count: int, url: str) -> None:
    """Tell an admin that a system says yes of so many people after a no, was asked again, and where it is seen."""
    queue("drift_found", to, cause, system=system, count=count, url=url)
