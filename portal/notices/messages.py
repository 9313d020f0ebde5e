"""One verb a message. Each is called inside the transaction of its cause, and one cause gives one message.

Legal messages are sent at least once: a kill between sending and recording repeats one under the same Message-ID.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.kernel import crypto
from portal.notices.models import Message


@dataclass(frozen=True)
class Recipient:
    """Where a message goes: a proven address, the language its holder reads, and the account if there is one."""

    address: str
    language: str
    account: int | None = None
    channel: str = "email"


# Every message and the facts that its templates may name.
DECLARED: dict[str, tuple[str, ...]] = {
    "sign_in_code": ("code", "minutes"),
    "confirm_code": ("code", "minutes"),
    "proof_code": ("code", "minutes"),
    "security_changed": ("what", "shown", "at", "url"),
    "sign_up_code": ("code", "minutes"),
    "sign_up_known": ("code", "minutes"),
    "download_ready": ("reference", "expires_at", "url", "size"),
    "download_fetched": ("reference", "on", "device", "url"),
    "deletion_scheduled": ("reference", "on", "cancel_url", "url"),
    "deletion_cancelled": ("reference",),
    "deletion_paused": ("reference", "url"),
    "deletion_done": ("reference", "certificate_url"),
}

# What `security_changed` has a sentence for, in its three templates.
PASSWORD = ("password set", "password changed", "password removed")
CHANGES = frozenset({"added", "removed", "signed in", "ended", *PASSWORD})


def sign_in_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that signs somebody in."""
    _queue("sign_in_code", to, cause, code=code, minutes=minutes)


def confirm_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that confirms somebody before a step that cannot be taken back."""
    _queue("confirm_code", to, cause, code=code, minutes=minutes)


def proof_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that proves an address or a phone to be somebody's own."""
    _queue("proof_code", to, cause, code=code, minutes=minutes)


def security_changed(to: Recipient, cause: str, what: str, shown: str, at: datetime, url: str) -> None:
    """Say that a change was made to how an account is entered, with a link for whoever did not make it.

    `what` is one of CHANGES; `shown` is the address that it is about, masked, or ""; `url` may be "".
    """
    if what not in CHANGES:
        raise ValueError(f"the templates have no sentence for {what!r}")
    _queue("security_changed", to, cause, what=what, shown=shown, at=at.isoformat(), url=url)


def sign_up_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code with which an account is made."""
    _queue("sign_up_code", to, cause, code=code, minutes=minutes)


def sign_up_known(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Tell somebody who wants to sign up that the address is known already; the code signs them in."""
    _queue("sign_up_known", to, cause, code=code, minutes=minutes)


def download_ready(to: Recipient, cause: str, reference: str, expires_at: datetime, url: str, size: int) -> None:
    """Say that an archive of so many bytes can be fetched, and until when."""
    _queue("download_ready", to, cause, reference=reference, expires_at=expires_at.isoformat(), url=url, size=size)


def download_fetched(to: Recipient, cause: str, reference: str, on: datetime, device: str, url: str) -> None:
    """Say that an archive was fetched for the first time, and how to stop that (RULES X10)."""
    _queue("download_fetched", to, cause, reference=reference, on=on.isoformat(), device=device, url=url)


def deletion_scheduled(to: Recipient, cause: str, reference: str, on: datetime, cancel_url: str, url: str) -> None:
    """Say when the account goes, and how to keep it."""
    _queue("deletion_scheduled", to, cause, reference=reference, on=on.isoformat(), cancel_url=cancel_url, url=url)


def deletion_cancelled(to: Recipient, cause: str, reference: str) -> None:
    """Say that the account stays."""
    _queue("deletion_cancelled", to, cause, reference=reference)


def deletion_paused(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Say that something has to be decided before the account can go."""
    _queue("deletion_paused", to, cause, reference=reference, url=url)


def deletion_done(to: Recipient, cause: str, reference: str, certificate_url: str) -> None:
    """Say that it is done, with the certificate: the last message to this address."""
    _queue("deletion_done", to, cause, reference=reference, certificate_url=certificate_url)


def _queue(kind: str, to: Recipient, cause: str, **facts: Any) -> None:
    if tuple(facts) != DECLARED[kind]:
        raise ValueError(f"{kind} carries {DECLARED[kind]}, not {tuple(facts)}")
    if Message.select().where(Message.cause == cause).exists():
        return
    Message.create(
        account=to.account,
        kind=kind,
        cause=cause,
        language=to.language,
        channel=to.channel,
        address=to.address,
        address_hash=crypto.keyed_hash(to.channel, to.address),
        facts=json.dumps(facts),
    )
