"""A new version of a policy, told to everybody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from portal.kernel import clock, crypto
from portal.notices.kept import kept
from portal.notices.messages.queueing import INBOX, Recipient
from portal.notices.models import Message


def policy_changes(
    to: Sequence[Recipient], cause: str, mailing: str, what: str, begins: date, url: str, compare_url: str
) -> None:
    """Tell many people in advance that a document, `what` (a msgid), changes on a day; see mailing.py for how it goes.

    One message an account, however often it is said. Bounded by who calls: all of them are written at once.
    """
    facts = {"what": what, "begins": begins.isoformat(), "url": url, "compare_url": compare_url}
    _write(to, cause, facts, {"mailing": mailing, "facts": json.dumps(facts)})


def policy_noted(to: Sequence[Recipient], cause: str, what: str, begins: date, url: str, compare_url: str) -> None:
    """Lay the same message into the inbox of people who came after everybody was told; their banner says it already."""
    facts = {"what": what, "begins": begins.isoformat(), "url": url, "compare_url": compare_url}
    here = [replace(one, address="", channel=INBOX) for one in to]
    _write(here, cause, facts, {"state": "sent", "sent_at": clock.now(), "address": None})


def _write(to: Sequence[Recipient], cause: str, facts: dict[str, str], more: dict[str, Any]) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": "policy_changes", "cause": f"{cause}:{one.account}", "language": one.language, "channel": one.channel}
        | {"address": one.address, "account": one.account, "address_hash": crypto.keyed_hash(one.channel, one.address)}
        | kept("policy_changes", one.channel, one.address, facts)
        | {**more, "due_at": None}
        for one in to
    ]
    if rows:
        Message.insert_many(rows).on_conflict_ignore().execute()
