"""A request, told to whoever asked and to whom it is about."""

from __future__ import annotations

from datetime import date, datetime

from portal.notices.messages.queueing import Recipient, queue


def request_received(to: Recipient, cause: str, reference: str, what: str, by: date, prove: bool, url: str) -> None:
    """Say that a request has arrived, `what` it is about (a msgid), by when it is completed, and if a proof is missing.

    RULES R4.
    """
    queue("request_received", to, cause, reference=reference, what=what, by=by.isoformat(), prove=prove, url=url)


def request_news(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Say that there is something new in a request, and never what."""
    queue("request_news", to, cause, reference=reference, url=url)


def request_decided(to: Recipient, cause: str, reference: str, outcome: str, authority: str, url: str) -> None:
    """Say that a request was decided; a refusal names the authority to complain to (RULES D6)."""
    queue("request_decided", to, cause, reference=reference, outcome=outcome, authority=authority, url=url)


def use_resumes(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say, before it happens, from when data that a request has stopped is used again (RULES X7, GDPR 18(3))."""
    queue("use_resumes", to, cause, reference=reference, on=on.isoformat(), url=url)


def request_code(to: Recipient, cause: str, reference: str, code: str, minutes: int) -> None:
    """Send the code that proves who asks in a request."""
    queue("request_code", to, cause, reference=reference, code=code, minutes=minutes)


def request_links(to: Recipient, cause: str, requests: list[list[str]]) -> None:
    """Send the addresses of requests anew: reference and address of each."""
    queue("request_links", to, cause, requests=requests)


def agent_named(to: Recipient, cause: str, reference: str, what: str, agent: str, url: str) -> None:
    """Ask somebody whether `agent` may ask in their name for `what` (a msgid); nothing happens before they say so.

    RULES R6.
    """
    queue("agent_named", to, cause, reference=reference, what=what, agent=agent, url=url)


def asked_about_you(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say at an address on file that somebody asks in its holder's name, and until when a link stops that."""
    queue("asked_about_you", to, cause, reference=reference, on=on.isoformat(), url=url)


def answer_late(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Say that what somebody answered by mail did not arrive, because the request is closed."""
    queue("answer_late", to, cause, reference=reference, url=url)
