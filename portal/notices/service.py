"""Writing and sending what was queued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from portal import config
from portal.kernel import clock
from portal.kernel.work import Claim
from portal.notices import push
from portal.notices.kept import owner
from portal.notices.models import Message
from portal.notices.sms import open_gateway
from portal.notices.smtp import Undeliverable, open_post
from portal.web import templates, words
from portal.web.shipped import shipped

_MOMENTS, _DAYS = frozenset({"at", "on", "expires_at"}), frozenset({"by", "until", "begins"})


def send(claim: Claim[Message]) -> None:
    """Send one message; its address and facts are forgotten in the transaction that records it."""
    message = claim.row
    if message.address is None:
        claim.done()
        return
    gone = {"address": None, "facts": None, "account": owner(message)}
    try:
        _hand_over(message)
    except Undeliverable:
        done: dict[str, Any] = {"state": "failed"}
    else:
        done = {"state": "sent", "sent_at": clock.now()}
    with claim.step(**done, **gone, due_at=None, attempts=0):
        tell_browsers(message)


def tell_browsers(message: Message) -> None:
    """Let the browsers of whoever a message is for be told that there is something new, inside a transaction."""
    if message.read_at is None:
        push.news(message.account)


def _hand_over(message: Message) -> None:
    if message.channel != "sms":
        open_post(config.active().mail_url).send(write(message))
    elif url := config.active().sms_url:
        open_gateway(url).send(message.address, write_text(message), message.cause)
    else:
        raise Undeliverable("there is no PORTAL_SMS_URL any more")


def write_text(message: Message) -> str:
    """Return a message as one line of text, in the language of its reader."""
    return " ".join(draw(message.kind, "sms.txt", message.language, json.loads(message.facts)).split())


def write(message: Message) -> EmailMessage:
    """Return a message as a mail, in the language of its reader, with one Message-ID however often it is written."""
    site = config.site()
    facts = json.loads(message.facts)
    text, html = (draw(message.kind, part, message.language, facts) for part in ("body.txt", "body.html"))
    mail = EmailMessage()
    mail["From"] = f"{site.name} {site.product} <{site.support_email}>"
    mail["To"] = message.address
    mail["Subject"] = " ".join(draw(message.kind, "subject.txt", message.language, facts).split())
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = _number(message)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.strip() + "\n")
    mail.add_alternative(html, subtype="html")
    mail["Content-Language"] = message.language  # last, for setting the content drops what is said of it
    return mail


def readdress(mail: EmailMessage, message: Message) -> EmailMessage:
    """Turn a mail that was written for somebody else, with the same language and facts, into this message's."""
    for name, value in (("To", message.address), ("Message-ID", _number(message))):
        mail.replace_header(name, value)
    return mail


def _number(message: Message) -> str:
    return f"<{sha256(message.cause.encode()).hexdigest()[:32]}@{urlsplit(config.site().base_url).hostname}>"


def _fact(name: str, value: Any) -> Any:
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "lines":
        return [(word, reference, date.fromisoformat(day)) for word, reference, day in value]
    return datetime.fromisoformat(value) if name in _MOMENTS else value


def draw(kind: str, part: str, language: str, facts: Mapping[str, Any]) -> str:
    """Return a part of a message (subject.txt, body.txt, body.html, sms.txt) from facts as they are stored."""
    site, known = config.site(), {name: _fact(name, value) for name, value in facts.items()}
    return pages(language).get_template(f"{kind}/{part}").render(site=site, language=language, **known)


def pages(language: str) -> Environment:
    """Return the templates of all messages in a language."""
    return _pages(language, config.site().timezone)


@cache
def _pages(language: str, timezone: str) -> Environment:
    return templates.environment(words.of(language, timezone), FileSystemLoader(shipped("templates") / "mail"))
