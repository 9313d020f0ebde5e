"""Reading a mail that came in: to whom, whether a machine wrote it, what came back, and who answered.

Whatever cannot be understood is nothing: a mail is written by anybody, so no error of it may stop the ones behind it.
"""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses
from hashlib import sha256
from typing import NamedTuple

import structlog

from portal import config
from portal.notices import answers
from portal.notices.answers import Place
from portal.notices.intake import reports, texts

log = structlog.get_logger()
LARGEST = 2_000_000  # bytes that are read; what is behind them are files, which are not taken
_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")
_MACHINES = ("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe", "Feedback-ID")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})


class Arrived(NamedTuple):
    """A mail that came in. `status` is why a message came back (RFC 3463), "" where none did.

    `place` is None for an address that leads nowhere; `digest` is the same when the same mail comes twice.
    """

    place: Place | None
    digest: str
    is_automatic: bool
    sender: str
    text: str
    files: int
    status: str


def read(raw: bytes, recipient: str = "") -> Arrived:
    """Read a mail; `recipient` is the envelope's, where whoever hands the mail over knows it."""
    try:
        return _read(raw, recipient)
    except Exception as problem:  # the library fails on hostile mail in ways that nobody has listed
        log.warning("mail not understood", bytes=len(raw), error=type(problem).__name__)
        return Arrived(None, sha256(raw).hexdigest(), True, "", "", 0, "")


def _read(raw: bytes, recipient: str) -> Arrived:
    mail = message_from_bytes(raw[:LARGEST])
    if not texts.is_short(mail):
        raise ValueError
    place = _place(mail, recipient)
    text, files = texts.written(mail) if place else ("", 0)
    number = str(mail.get("Message-ID", "")).strip() or sha256(raw).hexdigest()
    digest = sha256(f"{place}\0{number}".encode(errors="replace")).hexdigest()
    status = reports.status(mail) if place and place.kind == answers.RETURN else ""
    return Arrived(place, digest, _is_automatic(mail), _sender(mail), text, files, status)


def _place(mail: Mail, recipient: str) -> Place | None:
    """Return what the first address that is ours leads to."""
    written = [str(value) for name in _TO for value in mail.get_all(name, [])]
    for address in (recipient, *(address for _, address in getaddresses(written))):
        if place := answers.opened(address):
            return place
    return None


def _is_automatic(mail: Mail) -> bool:
    """Tell whether a machine wrote it, or we did ourselves: an answer to it could go round for ever (RFC 3834)."""
    said = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    if said not in ("", "no") or str(mail.get("Return-Path", "")).strip() == "<>":
        return True
    if str(mail.get("Precedence", "")).strip().lower() in _BULK or any(name in mail for name in _MACHINES):
        return True
    if mail.get_content_type() == "multipart/report":
        return True
    local, _, _host = _sender(mail).partition("@")
    return local in ("", "mailer-daemon") or _is_ours(_sender(mail))


def _is_ours(sender: str) -> bool:
    site = config.site()
    local, _, host = sender.partition("@")
    return sender == site.support_email.lower() or f"{local.partition('+')[0]}@{host}" == site.mail.answers.lower()


def _sender(mail: Mail) -> str:
    """Return the one address that a mail says it is from, "" where it names none or several."""
    try:
        said = [str(make_header(decode_header(str(value)))) for value in mail.get_all("From", [])]
    except (LookupError, UnicodeError, ValueError):
        return ""
    found = [address.lower() for _, address in getaddresses(said) if "@" in address]
    return found[0] if len(found) == 1 else ""
