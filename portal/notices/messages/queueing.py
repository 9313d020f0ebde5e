"""How a message begins: a row, written in the transaction of its cause."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.kernel import clock, crypto
from portal.notices import quiet
from portal.notices.kept import kept
from portal.notices.messages.declared import AT_NIGHT, DECLARED
from portal.notices.models import Message

INBOX = "inbox"  # the channel of what lies in the inbox and goes nowhere else


@dataclass(frozen=True)
class Recipient:
    """Where a message goes: a proven address, the language its holder reads, and the account if there is one.

    Whoever has no address reads it in the inbox: the channel is INBOX then, and the address "".
    `country` is theirs where it is known (ISO 3166), for what is not urgent waits for their morning.
    """

    address: str
    language: str
    account: int | None = None
    channel: str = "email"
    country: str = ""


def queued(cause: str) -> bool:
    """Tell whether the message of a cause is on its way, or has gone out."""
    return bool(Message.select().where(Message.cause == cause).exists())


def queue(kind: str, to: Recipient, cause: str, lasting: Mapping[str, Any] | None = None, /, **facts: Any) -> None:
    """Write the row of a message, due now, or in the morning; nothing happens where its cause has one."""
    if tuple(facts) != DECLARED[kind]:
        raise ValueError(f"{kind} carries {DECLARED[kind]}, not {tuple(facts)}")
    if Message.select().where(Message.cause == cause).exists():
        return
    owner = {"account": to.account, "address_hash": crypto.keyed_hash(to.channel, to.address), **(lasting or {})}
    stays = kept(kind, to.channel, to.address, facts) if owner["address_hash"] else {}
    Message.create(
        due_at=(None if kind in AT_NIGHT else quiet.morning(to.country)) or clock.now(),
        kind=kind,
        cause=cause,
        language=to.language,
        channel=to.channel,
        address=to.address,
        facts=json.dumps(facts),
        **owner,
        **stays,
    )
