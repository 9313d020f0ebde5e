"""Endpoints that are told nothing more: ended by their receiver, or silent for too long; admins hear of it."""

from __future__ import annotations

from portal import config
from portal.accounts.staff.members import usable
from portal.accounts.staff.models import StaffAccount
from portal.accounts.staff.notes import reader
from portal.hooks.models import DISABLED, ENDED, GIVEN_UP, WAITING, HookEndpoint, HookMessage, move
from portal.kernel import audit, clock, outbox
from portal.kernel.db import atomic
from portal.notices import messages

RECEIVER_ENDED, SILENT = "the receiver ended it", "no answer for three days"

audit.declare("hooks.ended", "endpoint")
audit.declare("hooks.disabled", "endpoint")


def end(endpoint: HookEndpoint) -> None:
    """End an endpoint whose receiver answered 410: it wants nothing more, so nothing waits for it."""
    if _stop(endpoint, ENDED, RECEIVER_ENDED, "hooks.ended"):
        move((HookMessage.endpoint == endpoint.id) & (HookMessage.state == WAITING), state=GIVEN_UP, due_at=None)
        if endpoint.source:
            outbox.look_again_all(endpoint.source)


def disable(endpoint: HookEndpoint) -> None:
    """Send nothing more to an endpoint that has not answered for three days; what it has not heard is kept for it."""
    if _stop(endpoint, DISABLED, SILENT, "hooks.disabled"):
        due = (HookMessage.endpoint == endpoint.id) & HookMessage.due_at.is_null(False)
        move(due, due_at=None)


def _stop(endpoint: HookEndpoint, state: str, why: str, event: str) -> bool:
    """Move an endpoint out of work once, however many workers find it failing, and tell every admin."""
    working = (HookEndpoint.id == endpoint.id) & HookEndpoint.state.not_in([ENDED, state])
    with atomic():
        if not HookEndpoint.update(state=state, why=why).where(working).execute():
            return False
        audit.record(event, actor="worker", endpoint=endpoint.id)
        url = f"{config.site().base_url}/staff/webhooks/{endpoint.id}"
        cause = f"webhook:{endpoint.id}:{state}:{clock.now():%Y%m%d%H%M}"
        for admin in StaffAccount.select().where(usable(), StaffAccount.role == "admin"):
            messages.webhook_stopped(reader(admin), f"{cause}:{admin.id}", endpoint.name, url)
    return True
