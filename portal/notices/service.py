"""Writing and sending what was queued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from portal import config
from portal.kernel import clock
from portal.kernel.work import Claim
from portal.notices import answers, bounces, preferences, push
from portal.notices.kept import owner
from portal.notices.messages.declared import ANSWERED, OPTIONAL, SPARED
from portal.notices.models import Message
from portal.notices.sms import open_gateway
from portal.notices.smtp import Undeliverable, open_post
from portal.web import templates, words
from portal.web.shipped import shipped

_PLAIN = "quoted-printable"  # no server on the way has a reason to encode it anew, which would break the signature
_MOMENTS, _DAYS = frozenset({"at", "on", "expires_at"}), frozenset({"by", "until", "begins"})


def send(claim: Claim[Message]) -> None:
    """Send one message; its address and facts are forgotten in the transaction that records it."""
    message = claim.row
    if message.address is None:
        claim.done()
        return
    gone = {"address": None, "facts": None, "account": owner(message)}
    with claim.step(**_sent(message), **gone, due_at=None, attempts=0):
        tell_browsers(message)


def _sent(message: Message) -> dict[str, Any]:
    """Hand a message over; return what became of it. What is spared a dead address lies in the inbox all the same."""
    if message.kind in SPARED and bounces.lasting([message.address_hash]):
        return {"state": "spared"}
    try:
        _hand_over(message)
    except Undeliverable as refused:
        bounces.note(message, refused.status)
        return {"state": "failed"}
    return {"state": "sent", "sent_at": clock.now()}


def tell_browsers(message: Message) -> None:
    """Let the browsers of whoever a message is for be told that there is something new, inside a transaction."""
    if message.read_at is None:
        push.news(message.account)


def _hand_over(message: Message) -> None:
    if message.channel != "sms":
        open_post(config.active().mail_url).send(write(message), answers.of_message(message.id))
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
    parts = drawn(message)
    mail = EmailMessage()
    mail["From"] = formataddr((f"{site.name} {site.product}", site.support_email))
    mail["To"] = message.address
    if reply_to := _reply_to(message):
        mail["Reply-To"] = reply_to
    mail["Subject"] = parts["subject.txt"]
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = _number(message)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parts["body.txt"], cte=_PLAIN)
    mail.add_alternative(parts["body.html"], subtype="html", cte=_PLAIN)
    mail["Content-Language"] = message.language  # last, for setting the content drops what is said of it
    return mail


def drawn(message: Message) -> dict[str, str]:
    """Return the subject and both bodies of a message, by the names of their templates."""
    facts = json.loads(message.facts)
    more = {"answered": bool(_reply_to(message)), "preferences": ""}
    if message.kind in OPTIONAL and message.account is not None:
        more["preferences"] = preferences.address(message.account)
    said = {**more, **facts}
    subject, html = (draw(message.kind, part, message.language, said) for part in ("subject.txt", "body.html"))
    text = with_foot(message.kind, message.language, said)
    return {"subject.txt": " ".join(subject.split()), "body.txt": text, "body.html": html}


def with_foot(kind: str, language: str, facts: Mapping[str, Any]) -> str:
    """Return the plain text of a message as it is sent, with who sends it below."""
    text, foot = draw(kind, "body.txt", language, facts), _draw("_foot.txt", language, facts)
    return f"{text.strip()}\n\n{foot.strip()}\n"


def _reply_to(message: Message) -> str:
    """Return where answers to a message go, "" for the site's own address."""
    if message.kind not in ANSWERED:
        return ""
    return answers.of_request(str(json.loads(message.facts)["reference"]))


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
    return _draw(f"{kind}/{part}", language, facts)


def _draw(template: str, language: str, facts: Mapping[str, Any]) -> str:
    known = {"answered": False, "preferences": ""} | {name: _fact(name, value) for name, value in facts.items()}
    return pages(language).get_template(template).render(site=config.site(), language=language, **known)


def pages(language: str) -> Environment:
    """Return the templates of all messages in a language."""
    return _pages(language, config.site().timezone)


@cache
def _pages(language: str, timezone: str) -> Environment:
    return templates.environment(words.of(language, timezone), FileSystemLoader(shipped("templates") / "mail"))
