"""One message to very many people: sent in bounded parts over one connection, by whoever holds the claim of its cause.

They lie in no queue, so that a code to sign in never waits behind a hundred thousand of them. Each is recorded when the
server has taken it, in a transaction that asks whether the claim still holds: a kill repeats one at most.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

from portal import config
from portal.kernel import clock
from portal.kernel.work import Claim, wake_table
from portal.notices import service
from portal.notices.models import Message
from portal.notices.smtp import Undeliverable, open_post

LATER = timedelta(minutes=1)  # until a mail is tried again whose address was refused for now
_GONE = {"address": None, "facts": None, "mailing": None}


def send(claim: Claim[Any], name: str, limit: int) -> int:
    """Send so many that wait in a mailing; return how many were dealt with.

    An address that is refused for now is tried again among the single messages; one that is refused for good fails.
    Raises OSError or SMTPException when the server is away, and LeaseLost: what was not sent waits.
    """
    waiting = list(_waiting(name).order_by(Message.id).limit(limit))
    if waiting:
        with open_post(config.active().mail_url).several() as post:
            for message in waiting:
                changes = _hand_over(post, message)
                with claim.step(attempts=0):
                    Message.update(changes).where(Message.id == message.id).execute()
    return len(waiting)


def drop(name: str) -> None:
    """Let nothing more of a mailing go out, inside a transaction."""
    Message.update(state="dropped", **_GONE).where(_mine(name)).execute()


def left(name: str) -> int:
    """Return how many wait in a mailing."""
    return int(_waiting(name).count())


def _hand_over(post: Any, message: Message) -> dict[str, Any]:
    if message.address is None:
        return {"state": "dropped", **_GONE}
    try:
        post.send(service.write(message))
    except Undeliverable:
        return {"state": "failed", **_GONE}
    except smtplib.SMTPRecipientsRefused:
        wake_table(Message, LATER.total_seconds())
        return {"mailing": None, "due_at": clock.now() + LATER}
    return {"state": "sent", "sent_at": clock.now(), **_GONE}


def _waiting(name: str) -> Any:
    return Message.select().where(_mine(name))


def _mine(name: str) -> Any:
    return Message.mailing == name
