"""A copy of one's data."""

from __future__ import annotations

from datetime import datetime

from portal.notices.messages.queueing import Recipient, queue


def download_ready(to: Recipient, cause: str, reference: str, expires_at: datetime, url: str, size: int) -> None:
    """Say that an archive of so many bytes can be fetched, and until when."""
    queue("download_ready", to, cause, reference=reference, expires_at=expires_at.isoformat(), url=url, size=size)


def download_fetched(to: Recipient, cause: str, reference: str, on: datetime, device: str, url: str) -> None:
    """Say that an archive was fetched for the first time, and how to stop that (RULES X10)."""
    queue("download_fetched", to, cause, reference=reference, on=on.isoformat(), device=device, url=url)
