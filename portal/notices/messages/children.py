"""A report that an account is a child's."""

from __future__ import annotations

from datetime import date

from portal.notices.messages.queueing import Recipient, queue


def child_held(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Tell the holder of an account, in words for a child, that it may be a child's and what is held (RULES K3)."""
    queue("child_held", to, cause, reference=reference, url=url)


def child_decided(to: Recipient, cause: str, outcome: str, until: date, url: str) -> None:
    """Tell the holder of an account what was decided, in words for a child, and until when they can appeal.

    `outcome` is a word of children.service.rulings, or what became of an appeal: "upheld", "upheld-delete", "changed".
    """
    queue("child_decided", to, cause, outcome=outcome, until=until.isoformat(), url=url)


def child_hold_waits(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Tell an admin that nobody has looked yet at a report for which an account is held."""
    queue("child_hold_waits", to, cause, reference=reference, url=url)
