"""Signing in by a code, confirming by a code, and the sessions that follow."""

from __future__ import annotations

from portal.accounts import alarms, blocking, proving
from portal.accounts.addresses import NotAnAddress, WrongCode
from portal.accounts.models import Challenge, Session
from portal.accounts.service.codes import NoMailbox, Pending, ask_code, ask_confirmation, decide, normal_email, pending
from portal.accounts.service.readers import language, readers, readers_after, recipient
from portal.accounts.service.signing_in import Opened, confirm, distrust, distrusted, renew, sign_in, sign_out
from portal.accounts.spans import CODE_LIFE, IDLE, LONGEST
from portal.kernel import clock, limits
from portal.kernel.db import clear

__all__ = [
    "CODE_LIFE", "IDLE", "LONGEST", "NoMailbox", "NotAnAddress", "Opened", "Pending", "WrongCode", "ask_code",
    "ask_confirmation", "confirm", "decide", "distrust", "distrusted", "forget_past", "language", "normal_email",
    "pending", "readers", "readers_after", "recipient", "renew", "sign_in", "sign_out",
]  # fmt: skip


def forget_past() -> None:
    """Remove attempts that are over, sessions that ended and limits whose window is past."""
    now = clock.now()
    clear(Challenge, Challenge.expires_at <= now)
    proving.forget_past()
    alarms.forget_past()
    clear(Session, Session.created_at <= now - LONGEST)
    limits.forget_past()
    blocking.forget_past()
