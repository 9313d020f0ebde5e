"""Signing up and in, and what changes how that is done."""

from __future__ import annotations

from datetime import datetime

from portal.notices.messages.declared import CHANGES
from portal.notices.messages.queueing import Recipient, queue


def sign_in_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that signs somebody in."""
    queue("sign_in_code", to, cause, code=code, minutes=minutes)


def confirm_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that confirms somebody before a step that cannot be taken back."""
    queue("confirm_code", to, cause, code=code, minutes=minutes)


def continue_here(to: Recipient, cause: str, url: str, minutes: int) -> None:
    """Send an address at which somebody goes on in a browser with what they began in an app."""
    queue("continue_here", to, cause, url=url, minutes=minutes)


def proof_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that proves an address or a phone to be somebody's own."""
    queue("proof_code", to, cause, code=code, minutes=minutes)


def security_changed(to: Recipient, cause: str, what: str, shown: str, at: datetime, url: str) -> None:
    """Say that a change was made to how an account is entered, with a link for whoever did not make it.

    `what` is one of CHANGES; `shown` is the address that it is about, masked, or ""; `url` may be "".
    """
    if what not in CHANGES:
        raise ValueError(f"the templates have no sentence for {what!r}")
    queue("security_changed", to, cause, what=what, shown=shown, at=at.isoformat(), url=url)


def sign_up_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code with which an account is made."""
    queue("sign_up_code", to, cause, code=code, minutes=minutes)


def sign_up_known(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Tell somebody who wants to sign up that the address is known already; the code signs them in."""
    queue("sign_up_known", to, cause, code=code, minutes=minutes)


def sign_up_closed(to: Recipient, cause: str, url: str) -> None:
    """Say that no account is opened with an address now, never why, and where every right can be used (RULES K9)."""
    queue("sign_up_closed", to, cause, url=url)
