"""One message to very many people: sent in bounded parts over one connection, by whoever holds the claim of its cause.

They lie in no queue, so that a code to sign in never waits behind a hundred thousand of them. Each is recorded when the
server has taken it, in a transaction that asks whether the claim still holds: a kill repeats one at most.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from portal import config
from portal.kernel import clock
from portal.kernel.db import run, written
from portal.kernel.work import Claim, wake_table
from portal.notices import answers, bounces, service
from portal.notices.messages.declared import SPARED
from portal.notices.messages.queueing import INBOX
from portal.notices.models import Message
from portal.notices.smtp import Post, Undeliverable, open_post

LATER = timedelta(minutes=1)  # until a mail is tried again whose address was refused for now
_GONE = {"address": None, "facts": None, "mailing": None}
# Written out, because it is done once for each of very many.
_RECORDED = "UPDATE messages SET state = ?, sent_at = ?, address = NULL, facts = NULL, mailing = NULL WHERE id = ?"


def send(claim: Claim[Any], name: str, limit: int) -> int:
    """Send so many that wait in a mailing; return how many were dealt with.

    An address that is refused for now is tried again among the single messages; one that is refused for good fails.
    Raises OSError or SMTPException when the server is away, and LeaseLost: what was not sent waits.
    """
    waiting, letters = list(_waiting(name).order_by(Message.id).limit(limit)), _Letters()
    if waiting:
        gone = bounces.lasting([message.address_hash for message in waiting])
        with open_post(config.active().mail_url).several() as post:
            for message in waiting:
                spared = message.kind in SPARED and message.address_hash in gone
                state = "spared" if spared else _hand_over(post, letters, message)
                with claim.step(attempts=0):
                    _record(message, state)
    return len(waiting)


def drop(name: str) -> None:
    """Let nothing more of a mailing go out, inside a transaction."""
    Message.update(state="dropped", read_at=clock.now(), **_GONE).where(_mine(name)).execute()


class _Letters:
    """Mails of one mailing: written once for each language and its facts, for drawing takes longer than sending."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], EmailMessage] = {}

    def to(self, message: Message) -> EmailMessage:
        """Return the mail of a message; it counts until the next one is asked for."""
        like = (str(message.language), str(message.facts))
        if like in self._written:
            return service.readdress(self._written[like], message)
        return self._written.setdefault(like, service.write(message))


def _hand_over(post: Post, letters: _Letters, message: Message) -> str:
    if message.channel == INBOX:
        return "sent"
    if message.address is None:
        return "dropped"
    try:
        post.send(letters.to(message), answers.of_message(message.id))
    except Undeliverable as refused:
        bounces.note(message, refused.status)
        return "failed"
    except smtplib.SMTPRecipientsRefused:
        return "queued"
    return "sent"


def _record(message: Message, state: str) -> None:
    """Write down what became of a message, in the transaction of a step."""
    now = clock.now()
    if state == "queued":
        Message.update(mailing=None, due_at=now + LATER).where(Message.id == message.id).execute()
        wake_table(Message, LATER.total_seconds())
    else:
        run(_RECORDED, state, written(now) if state == "sent" else None, message.id)
        service.tell_browsers(message)


def _waiting(name: str) -> Any:
    return Message.select().where(_mine(name))


def _mine(name: str) -> Any:
    return Message.mailing == name
