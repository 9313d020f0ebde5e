"""A deletion, from the day it is asked for to its certificate."""

from __future__ import annotations

from datetime import datetime

from portal.notices.messages.queueing import Recipient, queue


def deletion_scheduled(
    to: Recipient, cause: str, reference: str, what: str, on: datetime, cancel_url: str, url: str
) -> None:
    """Say when the account goes, or `what` of the data, and how to keep it."""
    facts = {"what": what, "on": on.isoformat(), "cancel_url": cancel_url, "url": url}
    queue("deletion_scheduled", to, cause, reference=reference, **facts)


def deletion_reminder(
    to: Recipient, cause: str, reference: str, what: str, on: datetime, cancel_url: str, url: str
) -> None:
    """Say some days before that it is about to go, and how to keep it."""
    facts = {"what": what, "on": on.isoformat(), "cancel_url": cancel_url, "url": url}
    queue("deletion_reminder", to, cause, reference=reference, **facts)


def deletion_cancelled(to: Recipient, cause: str, reference: str, what: str) -> None:
    """Say that the account stays, or what was to go."""
    queue("deletion_cancelled", to, cause, reference=reference, what=what)


def deletion_paused(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say that something has to be decided first, and when we look again."""
    queue("deletion_paused", to, cause, reference=reference, on=on.isoformat(), url=url)


def deletion_done(to: Recipient, cause: str, reference: str, what: str, certificate_url: str) -> None:
    """Say that it is done, with the certificate.

    Of an account it is the last message: it belongs to nobody, and no hash leads to its address, which goes once it is
    sent.
    """
    lasting = {} if what else {"account": None, "address_hash": ""}
    queue("deletion_done", to, cause, lasting, reference=reference, what=what, certificate_url=certificate_url)
