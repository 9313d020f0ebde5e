"""Every message there is, with facts such as the rooms give it, in every state that its templates tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from portal.notices import messages
from portal.notices.messages import Recipient

AT, DAY = datetime(2026, 11, 28, 9, 30, tzinfo=UTC), date(2026, 12, 8)
REFERENCE, URL = "R-7F3K-Q2", "https://privacy.example.com/somewhere/"
OTHER = "minh.tran@example.com"
SIGNING = ("sign_in_code", "confirm_code", "proof_code", "sign_up_code", "sign_up_known", "staff_code")
CODES = frozenset({*SIGNING, "request_code"})


def every() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the name of each message with the facts that its verb takes, once for each state."""
    yield from ((name, ("123456", 10)) for name in SIGNING)
    yield from (("security_changed", (what, OTHER, AT, url)) for what in messages.CHANGES for url in ("", URL))
    yield from (("staff_changed", (what, 3, AT)) for what in messages.STAFF_CHANGES)
    for part in ("", "Smartos CRM"):
        yield "deletion_scheduled", (REFERENCE, part, AT, f"{URL}keep", URL)
        yield "deletion_reminder", (REFERENCE, part, AT, f"{URL}keep", URL)
        yield "deletion_cancelled", (REFERENCE, part)
        yield "deletion_done", (REFERENCE, part, URL)
    yield from (("request_decided", (REFERENCE, outcome, "A05", URL)) for outcome in ("fulfil", "part", "refuse"))
    decided = ("delete", "stop", "see", "keep", "nothing", "upheld", "upheld-delete", "changed")
    yield from (("child_decided", (said, DAY, URL)) for said in decided)
    yield from (("request_received", (REFERENCE, "Complaint", DAY, prove, URL)) for prove in (True, False))
    yield from _of_one_state()


def _of_one_state() -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "continue_here", (URL, 10)
    yield "download_ready", (REFERENCE, AT, URL, 2_000_000)
    yield "download_fetched", (REFERENCE, AT, "Firefox, Linux", URL)
    yield "deletion_paused", (REFERENCE, AT, URL)
    yield "controller_asked", (REFERENCE, "Complaint", OTHER, DAY, URL)
    yield "controller_reminded", (REFERENCE, "Complaint", DAY, URL)
    yield "request_news", (REFERENCE, URL)
    yield "use_resumes", (REFERENCE, AT, URL)
    yield "correction_told", (REFERENCE, OTHER, "Full name")
    yield "staff_invited", (URL, AT)
    yield "request_code", (REFERENCE, "123456", 10)
    yield "request_links", ([[REFERENCE, URL], ["R-8F3K-Q3", f"{URL}other"]],)
    yield "answer_late", (REFERENCE, URL)
    yield "agent_named", (REFERENCE, "Complaint", OTHER, URL)
    yield "asked_about_you", (REFERENCE, AT, URL)
    yield "staff_digest", ([(word, REFERENCE, DAY) for word in ("late", "end", "quarter", "half")], 6, URL)
    yield "child_held", (REFERENCE, URL)
    yield "child_hold_waits", (REFERENCE, URL)
    yield "sign_up_closed", (URL,)
    yield "opted_out", ("Events by e-mail", AT, DAY, URL)
    yield "webhook_stopped", ("Booking App", URL)
    yield "drift_found", ("Smartos CRM", 12, URL)
    yield "policy_changes", ("Privacy policy", DAY, URL, f"{URL}compare")


def queue(name: str, to: Recipient, cause: str, facts: tuple[Any, ...]) -> None:
    """Queue one of them."""
    if name == "policy_changes":
        messages.policy_changes([to], cause, "a mailing", *facts)
    else:
        getattr(messages, name)(to, cause, *facts)
