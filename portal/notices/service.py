"""Writing and sending what was queued."""

from __future__ import annotations

import json
from datetime import datetime
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
from portal.notices.models import Message
from portal.notices.smtp import Undeliverable, open_post
from portal.web import templates, words
from portal.web.shipped import shipped

_MOMENTS = frozenset({"on", "expires_at"})


def send(claim: Claim[Message]) -> None:
    """Send one message; its address and facts are forgotten in the transaction that records it."""
    message = claim.row
    if message.address is None:
        claim.done()
        return
    try:
        open_post(config.active().mail_url).send(write(message))
    except Undeliverable:
        claim.done(state="failed", address=None, facts=None)
    else:
        claim.done(state="sent", sent_at=clock.now(), address=None, facts=None)


def write(message: Message) -> EmailMessage:
    """Return a message as a mail, in the language of its reader, with one Message-ID however often it is written."""
    site = config.site()
    facts = {name: _fact(name, value) for name, value in json.loads(message.facts).items()}
    parts = {part: _draw(message.language, f"{message.kind}/{part}", facts) for part in ("subject.txt", "body.txt")}
    mail = EmailMessage()
    mail["From"] = f"{site.name} {site.product} <{site.support_email}>"
    mail["To"] = message.address
    mail["Subject"] = " ".join(parts["subject.txt"].split())
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{sha256(message.cause.encode()).hexdigest()[:32]}@{urlsplit(site.base_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parts["body.txt"].strip() + "\n")
    mail.add_alternative(_draw(message.language, f"{message.kind}/body.html", facts), subtype="html")
    mail["Content-Language"] = message.language  # last, for setting the content drops what is said of it
    return mail


def _fact(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _MOMENTS else value


def _draw(language: str, template: str, facts: dict[str, Any]) -> str:
    site = config.site()
    return _pages(language, site.timezone).get_template(template).render(site=site, language=language, **facts)


@cache
def _pages(language: str, timezone: str) -> Environment:
    return templates.environment(words.of(language, timezone), FileSystemLoader(shipped("templates") / "mail"))
