"""A new version of a policy, told to everybody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from portal.kernel import crypto
from portal.notices.kept import kept
from portal.notices.messages.queueing import Recipient
from portal.notices.models import Message


def policy_changes(
    to: Sequence[Recipient], cause: str, mailing: str, what: str, begins: date, url: str, compare_url: str
) -> None:
    """Tell many people in advance that a document, `what` (a msgid), changes on a day; see mailing.py for how it goes.

    One message an account, however often it is said. Bounded by who calls: all of them are written at once.
    """
    kind, facts = "policy_changes", {"what": what, "begins": begins.isoformat(), "url": url, "compare_url": compare_url}
    said = {"kind": kind, "facts": json.dumps(facts), "mailing": mailing, "due_at": None}
    rows: list[dict[str, Any]] = [
        {**said, "cause": f"{cause}:{one.account}", "language": one.language, "channel": one.channel}
        | {"address": one.address, "account": one.account, "address_hash": crypto.keyed_hash(one.channel, one.address)}
        | kept(kind, one.channel, one.address, facts)
        for one in to
    ]
    if rows:
        Message.insert_many(rows).on_conflict_ignore().execute()
