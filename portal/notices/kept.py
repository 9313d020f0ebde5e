"""What is kept of a message for the inbox of whoever it went to.

The address as it is masked, and the facts that its templates need, without what opens doors: no code, and of an
address with a secret in it the host alone. What it said is drawn from them anew (inbox.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from portal.kernel import clock, crypto
from portal.kernel.db import run
from portal.kernel.masks import mask
from portal.notices.models import Message
from portal.notices.occasions import ELSEWHERE

HIDDEN = "••••••"
_KINDS = {"email": "email", "sms": "phone"}  # how a channel's addresses are called where they are proven
_SECRET = re.compile(r"[\w-]{20,}")  # no page of ours has so long a word in its address, every token has
_OWNER = "SELECT account_id FROM identifiers WHERE kind = 'email' AND hash IN ({})"


def kept(kind: str, channel: str, address: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a message: columns of its row. A code is no news to anybody, so it lies there as read."""
    if kind in ELSEWHERE:
        return {"masked": None, "kept": None, "read_at": clock.now()}
    said = json.dumps({name: without_secrets(value, name) for name, value in facts.items()}, ensure_ascii=False)
    read_at = clock.now() if "code" in facts else None
    masked = mask(_KINDS.get(channel, channel), address) if address else None
    return {"masked": masked, "kept": said, "read_at": read_at}


def without_secrets(value: Any, name: str = "") -> Any:
    """Return a fact without what opens doors."""
    if name == "code":
        return HIDDEN
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.netloc}/…" if _SECRET.search(parts.path + parts.query) else value
    return value


def owner(message: Message) -> int | None:
    """Return whose a message is that was sent to a bare address: who has proven that by now, None where nobody has."""
    known = message.account is not None or message.kind in ELSEWHERE or message.channel != "email"
    if known or not message.address_hash or message.address is None:
        return message.account
    hashes = crypto.keyed_hashes("email", message.address)
    found = run(_OWNER.format(", ".join("?" * len(hashes))), *hashes).fetchone()
    return int(found[0]) if found else None
