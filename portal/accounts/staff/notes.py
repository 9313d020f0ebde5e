"""What a member of the staff is told by mail about their own sign-in."""

from __future__ import annotations

from portal.accounts.staff.models import StaffAccount
from portal.kernel import clock
from portal.notices import messages


def reader(member: StaffAccount) -> messages.Recipient:
    """Return a member as a recipient; the message belongs to no person's account."""
    return messages.Recipient(member.email, member.language)


def tell(member: StaffAccount, what: str, left: int = 0) -> None:
    """Tell of a change, inside the transaction that makes it; `what` is a word of messages.STAFF_CHANGES."""
    at = clock.now()
    messages.staff_changed(reader(member), f"staff:{member.id}:{what}:{at.timestamp()}", what, left, at)
