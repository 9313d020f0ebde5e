"""Reports of delivery (RFC 3464): why a message did not arrive."""

from __future__ import annotations

import re
from email.message import Message as Mail

_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


def status(mail: Mail) -> str:
    """Return why a message failed for good or for now, as RFC 3463 has it; "" if the mail does not report a failure.

    Mail that is merely late, and answers of machines to the sender's address, report none.
    """
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for group in part.get_payload() if part.is_multipart() else ():
            if isinstance(group, Mail) and str(group.get("Action", "")).strip().lower() == "failed":
                found = _STATUS.match(str(group.get("Status", "")))
                return found[1] if found else "5.0.0"
    return ""
