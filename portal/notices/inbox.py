"""What was sent to somebody, kept so that a message that is not among it is known as a forged one.

What it said is drawn anew from what is kept of it (kept.py), in the language in which it is read.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from portal import config
from portal.kernel import clock, crypto
from portal.kernel.db import clear
from portal.kernel.problems import NotFound
from portal.notices import service
from portal.notices.models import Message
from portal.notices.occasions import ELSEWHERE, occasion

PAGE = 20
NEWS = "news"  # the kind of what was shown by a browser: that there is something new, and nothing else
MONTH = timedelta(days=365.25 / 12)


class Letter(NamedTuple):
    """A message as its reader finds it: `title` is its subject, "" where nothing of it was kept; `text` what it said.

    `to` is the address, masked; `at` the moment it was sent, or written while it is still under way.
    """

    number: int
    kind: str
    occasion: str
    channel: str
    to: str
    at: datetime
    state: str
    unread: bool
    title: str
    text: str = ""


def listed(account: int, language: str, before: int | None = None) -> tuple[list[Letter], int | None]:
    """Return a page of what was sent to an account, the newest first, and where the next one begins."""
    mine = _mine(account) & (Message.id < before) if before else _mine(account)
    rows = list(Message.select().where(mine).order_by(Message.id.desc()).limit(PAGE + 1))
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return [_letter(row, language) for row in rows[:PAGE]], more


def opened(account: int, number: int, language: str) -> Letter:
    """Return one message with what it said, and count it as read; NotFound for anybody else's."""
    row = Message.get_or_none(_mine(account), Message.id == number)
    if row is None:
        raise NotFound
    _count_as_read(_mine(account) & (Message.id == number))
    return _letter(row, language)._replace(text=_drawn(row, language, "body.txt"))


def read_all(account: int) -> None:
    """Count everything as read."""
    _count_as_read(_mine(account))


def read_about(account: int, kind: str, cause: str) -> None:
    """Count the message of a cause as read: what it tells of was opened elsewhere."""
    _count_as_read(_mine(account) & (Message.kind == kind) & (Message.cause == cause))


def adopt(account: int, kind: str, value: str) -> None:
    """Give an account what was sent to an e-mail address before its holder proved it.

    Not what was sent to a phone: numbers change hands, and whoever has one now may not be who had it then.
    """
    if kind == "email":
        sent = (Message.address_hash << crypto.keyed_hashes(kind, value)) & Message.account.is_null()
        Message.update(account=account).where(sent, Message.kind.not_in(ELSEWHERE)).execute()


def forget_past() -> None:
    """Remove what was sent longer ago than the site keeps it."""
    until = clock.now() - config.site().inbox_months * MONTH
    clear(Message, (Message.created_at < until) & (Message.state != "queued"))


def _mine(account: int) -> Any:
    return (Message.account == account) & (Message.state != "dropped") & Message.kind.not_in(ELSEWHERE)


def _count_as_read(which: Any) -> None:
    Message.update(read_at=clock.now()).where(which, Message.read_at.is_null()).execute()


def _letter(row: Message, language: str) -> Letter:
    title = _drawn(row, language, "sms.txt" if row.channel == "sms" else "subject.txt")
    facts = (row.channel, row.masked or "", row.sent_at or row.created_at, row.state, row.read_at is None)
    return Letter(row.id, row.kind, occasion(row.kind), *facts, title)


def _drawn(row: Message, language: str, part: str) -> str:
    """Return a part of what a message said, "" where nothing was kept of it."""
    if row.kept is None or row.kind == NEWS:
        return ""
    if row.channel == "sms":
        part = "sms.txt"
    return service.draw(row.kind, part, language, json.loads(row.kept)).strip()
