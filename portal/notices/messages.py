"""One verb a message. Each is called inside the transaction of its cause, and one cause gives one message.

Legal messages are sent at least once: a kill between sending and recording repeats one under the same Message-ID.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.kernel import crypto
from portal.notices.kept import kept
from portal.notices.models import Message

INBOX = "inbox"  # the channel of what lies in the inbox and goes nowhere else


@dataclass(frozen=True)
class Recipient:
    """Where a message goes: a proven address, the language its holder reads, and the account if there is one.

    Whoever has no address reads it in the inbox: the channel is INBOX then, and the address "".
    """

    address: str
    language: str
    account: int | None = None
    channel: str = "email"


# Every message and the facts that its templates may name.
DECLARED: dict[str, tuple[str, ...]] = {
    "sign_in_code": ("code", "minutes"),
    "confirm_code": ("code", "minutes"),
    "continue_here": ("url", "minutes"),
    "proof_code": ("code", "minutes"),
    "security_changed": ("what", "shown", "at", "url"),
    "sign_up_code": ("code", "minutes"),
    "sign_up_known": ("code", "minutes"),
    "download_ready": ("reference", "expires_at", "url", "size"),
    "download_fetched": ("reference", "on", "device", "url"),
    "deletion_scheduled": ("reference", "what", "on", "cancel_url", "url"),
    "deletion_reminder": ("reference", "what", "on", "cancel_url", "url"),
    "deletion_cancelled": ("reference", "what"),
    "deletion_paused": ("reference", "on", "url"),
    "deletion_done": ("reference", "what", "certificate_url"),
    "controller_asked": ("reference", "what", "person", "by", "url"),
    "controller_reminded": ("reference", "what", "by", "url"),
    "request_received": ("reference", "what", "by", "prove", "url"),
    "request_news": ("reference", "url"),
    "use_resumes": ("reference", "on", "url"),
    "correction_told": ("reference", "person", "what"),
    "request_decided": ("reference", "outcome", "authority", "url"),
    "staff_code": ("code", "minutes"),
    "staff_invited": ("url", "expires_at"),
    "staff_changed": ("what", "left", "at"),
    "request_code": ("reference", "code", "minutes"),
    "request_links": ("requests",),
    "agent_named": ("reference", "what", "agent", "url"),
    "asked_about_you": ("reference", "on", "url"),
    "staff_digest": ("lines", "count", "url"),
    "child_held": ("reference", "url"),
    "child_decided": ("outcome", "until", "url"),
    "child_hold_waits": ("reference", "url"),
    "sign_up_closed": ("url",),
    "policy_changes": ("what", "begins", "url", "compare_url"),
}

# What `security_changed` has a sentence for, in its three templates.
PASSWORD = ("password set", "password changed", "password removed")
CHANGES = frozenset({"added", "removed", "signed in", "ended", *PASSWORD})
# And what `staff_changed` has one for.
STAFF_CHANGES = frozenset(
    {"factor set", "factor reset", "recovery used", "recovery renewed", "role", "disabled", "enabled"}
)


def sign_in_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that signs somebody in."""
    _queue("sign_in_code", to, cause, code=code, minutes=minutes)


def confirm_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send the code that confirms somebody before a step that cannot be taken back."""
    _queue("confirm_code", to, cause, code=code, minutes=minutes)


def continue_here(to: Recipient, cause: str, url: str, minutes: int) -> None:
    """Send an address at which somebody goes on in a browser with what they began in an app."""
    _queue("continue_here", to, cause, url=url, minutes=minutes)


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


def deletion_scheduled(
    to: Recipient, cause: str, reference: str, what: str, on: datetime, cancel_url: str, url: str
) -> None:
    """Say when the account goes, or `what` of the data, and how to keep it."""
    facts = {"what": what, "on": on.isoformat(), "cancel_url": cancel_url, "url": url}
    _queue("deletion_scheduled", to, cause, reference=reference, **facts)


def deletion_reminder(
    to: Recipient, cause: str, reference: str, what: str, on: datetime, cancel_url: str, url: str
) -> None:
    """Say some days before that it is about to go, and how to keep it."""
    facts = {"what": what, "on": on.isoformat(), "cancel_url": cancel_url, "url": url}
    _queue("deletion_reminder", to, cause, reference=reference, **facts)


def deletion_cancelled(to: Recipient, cause: str, reference: str, what: str) -> None:
    """Say that the account stays, or what was to go."""
    _queue("deletion_cancelled", to, cause, reference=reference, what=what)


def deletion_paused(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say that something has to be decided first, and when we look again."""
    _queue("deletion_paused", to, cause, reference=reference, on=on.isoformat(), url=url)


def deletion_done(to: Recipient, cause: str, reference: str, what: str, certificate_url: str) -> None:
    """Say that it is done, with the certificate.

    Of an account it is the last message: it belongs to nobody, and no hash leads to its address, which goes once it is
    sent.
    """
    lasting = {} if what else {"account": None, "address_hash": ""}
    _queue("deletion_done", to, cause, lasting, reference=reference, what=what, certificate_url=certificate_url)


def controller_asked(to: Recipient, cause: str, reference: str, what: str, person: str, by: date, url: str) -> None:
    """Ask a company on somebody's behalf to answer a request, `what` (a msgid), for what it holds itself, by a day."""
    _queue("controller_asked", to, cause, reference=reference, what=what, person=person, by=by.isoformat(), url=url)


def controller_reminded(to: Recipient, cause: str, reference: str, what: str, by: date, url: str) -> None:
    """Remind a company that a request waits for it."""
    _queue("controller_reminded", to, cause, reference=reference, what=what, by=by.isoformat(), url=url)


def request_received(to: Recipient, cause: str, reference: str, what: str, by: date, prove: bool, url: str) -> None:
    """Say that a request has arrived, `what` it is about (a msgid), by when it is completed, and if a proof is missing.

    RULES R4.
    """
    _queue("request_received", to, cause, reference=reference, what=what, by=by.isoformat(), prove=prove, url=url)


def request_news(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Say that there is something new in a request, and never what."""
    _queue("request_news", to, cause, reference=reference, url=url)


def request_decided(to: Recipient, cause: str, reference: str, outcome: str, authority: str, url: str) -> None:
    """Say that a request was decided; a refusal names the authority to complain to (RULES D6)."""
    _queue("request_decided", to, cause, reference=reference, outcome=outcome, authority=authority, url=url)


def staff_code(to: Recipient, cause: str, code: str, minutes: int) -> None:
    """Send a member of the staff the code with which signing in begins."""
    _queue("staff_code", to, cause, code=code, minutes=minutes)


def staff_invited(to: Recipient, cause: str, url: str, expires_at: datetime) -> None:
    """Send a member of the staff the address at which the second factor is set, once."""
    _queue("staff_invited", to, cause, url=url, expires_at=expires_at.isoformat())


def staff_changed(to: Recipient, cause: str, what: str, left: int, at: datetime) -> None:
    """Tell a member of the staff of a change to how they sign in or what they may do.

    `what` is one of STAFF_CHANGES; `left` is how many recovery codes are left where one was used.
    """
    if what not in STAFF_CHANGES:
        raise ValueError(f"the templates have no sentence for {what!r}")
    _queue("staff_changed", to, cause, what=what, left=left, at=at.isoformat())


def use_resumes(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say, before it happens, from when data that a request has stopped is used again (RULES X7, GDPR 18(3))."""
    _queue("use_resumes", to, cause, reference=reference, on=on.isoformat(), url=url)


def correction_told(to: Recipient, cause: str, reference: str, person: str, what: str) -> None:
    """Tell a company that received somebody's data that a part of it was corrected, never to what (GDPR 19)."""
    _queue("correction_told", to, cause, reference=reference, person=person, what=what)


def queued(cause: str) -> bool:
    """Tell whether the message of a cause is on its way, or has gone out."""
    return bool(Message.select().where(Message.cause == cause).exists())


def request_code(to: Recipient, cause: str, reference: str, code: str, minutes: int) -> None:
    """Send the code that proves who asks in a request."""
    _queue("request_code", to, cause, reference=reference, code=code, minutes=minutes)


def request_links(to: Recipient, cause: str, requests: list[list[str]]) -> None:
    """Send the addresses of requests anew: reference and address of each."""
    _queue("request_links", to, cause, requests=requests)


def agent_named(to: Recipient, cause: str, reference: str, what: str, agent: str, url: str) -> None:
    """Ask somebody whether `agent` may ask in their name for `what` (a msgid); nothing happens before they say so.

    RULES R6.
    """
    _queue("agent_named", to, cause, reference=reference, what=what, agent=agent, url=url)


def asked_about_you(to: Recipient, cause: str, reference: str, on: datetime, url: str) -> None:
    """Say at an address on file that somebody asks in its holder's name, and until when a link stops that."""
    _queue("asked_about_you", to, cause, reference=reference, on=on.isoformat(), url=url)


def child_held(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Tell the holder of an account, in words for a child, that it may be a child's and what is held (RULES K3)."""
    _queue("child_held", to, cause, reference=reference, url=url)


def child_decided(to: Recipient, cause: str, outcome: str, until: date, url: str) -> None:
    """Tell the holder of an account what was decided, in words for a child, and until when they can appeal.

    `outcome` is a word of children.service.rulings.
    """
    _queue("child_decided", to, cause, outcome=outcome, until=until.isoformat(), url=url)


def child_hold_waits(to: Recipient, cause: str, reference: str, url: str) -> None:
    """Tell an admin that nobody has looked yet at a report for which an account is held."""
    _queue("child_hold_waits", to, cause, reference=reference, url=url)


def sign_up_closed(to: Recipient, cause: str, url: str) -> None:
    """Say that no account is opened with an address now, never why, and where every right can be used (RULES K9)."""
    _queue("sign_up_closed", to, cause, url=url)


def staff_digest(to: Recipient, cause: str, lines: Sequence[tuple[str, str, date]], count: int, url: str) -> None:
    """Tell a member of the staff which requests came to half, a quarter or the end of their time, or are late.

    Each line is that word (half, quarter, end or late), a reference and the day; `count` may be more than are named.
    """
    said = [[word, reference, day.isoformat()] for word, reference, day in lines]
    _queue("staff_digest", to, cause, lines=said, count=count, url=url)


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


def _queue(kind: str, to: Recipient, cause: str, lasting: Mapping[str, Any] | None = None, /, **facts: Any) -> None:
    if tuple(facts) != DECLARED[kind]:
        raise ValueError(f"{kind} carries {DECLARED[kind]}, not {tuple(facts)}")
    if Message.select().where(Message.cause == cause).exists():
        return
    owner = {"account": to.account, "address_hash": crypto.keyed_hash(to.channel, to.address), **(lasting or {})}
    stays = kept(kind, to.channel, to.address, facts) if owner["address_hash"] else {}
    Message.create(
        kind=kind,
        cause=cause,
        language=to.language,
        channel=to.channel,
        address=to.address,
        facts=json.dumps(facts),
        **owner,
        **stays,
    )
