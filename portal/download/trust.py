"""Whether somebody has said meanwhile that it was not them: then nothing that was asked for before is handed out."""

from __future__ import annotations

from datetime import datetime

from portal.accounts import service as accounts
from portal.download.models import Download
from portal.subjects import service as subjects


def is_distrusted(download: Download, asked_at: datetime | None = None) -> bool:
    """Tell whether the person of a download has said so since it, or a link to it, was asked for."""
    account = subjects.account_of(download.case.subject_id)
    since = accounts.distrusted(account) if account else None
    return since is not None and (asked_at or download.case.received_at) < since
