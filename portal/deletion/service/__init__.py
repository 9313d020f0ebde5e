"""Deleting an account everywhere: asked for, carried out, proven, looked at again."""

from portal.deletion.service.asking import (
    Blocked,
    TooLate,
    by_token,
    cancel,
    cancel_url,
    is_gone,
    load,
    page_url,
    schedule,
    start,
    stop_all_distrusted,
    take_up,
    unfinished,
)
from portal.deletion.service.carrying import carry_out
from portal.deletion.service.certificates import Progress, address_of, certificate, progress
from portal.deletion.service.ledger import Replayed, replay
from portal.deletion.service.plan import Outlook, Planned, System, outlook
from portal.deletion.service.promises import Promise, most_days, promises

__all__ = [
    "Blocked",
    "Outlook",
    "Planned",
    "Progress",
    "Promise",
    "Replayed",
    "System",
    "TooLate",
    "address_of",
    "by_token",
    "cancel",
    "cancel_url",
    "carry_out",
    "certificate",
    "is_gone",
    "load",
    "most_days",
    "outlook",
    "page_url",
    "progress",
    "promises",
    "replay",
    "schedule",
    "start",
    "stop_all_distrusted",
    "take_up",
    "unfinished",
]
