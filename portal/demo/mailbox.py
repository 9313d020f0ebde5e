"""Reading the demo's mailbox: a folder of .eml files and .json text messages."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, make_msgid, parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

NEWEST = 200


@dataclass(frozen=True)
class Mail:
    """One message; a text message has neither subject nor HTML. `name` is its file, so the page can link to it."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str | None = None
    answers_to: str = ""


def newest(folder: Path, limit: int = NEWEST) -> list[Mail]:
    """Return the newest messages, newest first; a file that is being written is passed over until it is whole."""
    return sorted(
        _read(heapq.nlargest(limit, _dated(folder))), key=lambda mail: (mail.sent_at, mail.name), reverse=True
    )


def find(folder: Path, name: str) -> Mail | None:
    """Return the mail of a file; None where there is none such."""
    path = folder / name
    if path.parent != folder or path.suffix != ".eml" or not path.exists():
        return None
    return _letter(path, datetime.now(UTC))


def answer(intake: Path, mail: Mail, text: str, sender: str) -> None:
    """Deliver an answer to a mail into the portal's Maildir, as a mail server would: whole, by a rename."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, mail.answers_to, f"Re: {mail.subject}"
    made["Date"], made["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="mailbox.example.com")
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    made.set_content(f"{text}\n\nOn {mail.sent_at:%d %B %Y}, {mail.to} wrote:\n{quoted}\n")
    for part in ("tmp", "new", "cur"):
        (intake / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    file = intake / "tmp" / f"{uuid4()}.demo"
    file.write_bytes(bytes(made))
    file.rename(intake / "new" / file.name)


def _dated(folder: Path) -> Iterator[tuple[int, Path]]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".eml", ".json")):
                yield entry.stat().st_mtime_ns, Path(entry.path)


def _read(found: list[tuple[int, Path]]) -> Iterator[Mail]:
    for changed, path in found:
        with suppress(OSError, ValueError, KeyError):
            yield (_letter if path.suffix == ".eml" else _sms)(path, datetime.fromtimestamp(changed / 1e9, UTC))


def _letter(path: Path, changed: datetime) -> Mail:
    message = message_from_bytes(path.read_bytes(), EmailMessage, policy=default)
    sent = parsedate_to_datetime(str(message["Date"])).astimezone(UTC) if message["Date"] else changed
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Mail(
        name=path.name,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=sent,
        text=str(text.get_content()) if text else "",
        html=str(html.get_content()) if html else None,
        answers_to=str(message["Reply-To"] or ""),
    )


def _sms(path: Path, changed: datetime) -> Mail:
    message = json.loads(path.read_bytes())
    sent = datetime.fromisoformat(message["sent_at"]).astimezone(UTC) if "sent_at" in message else changed
    return Mail(name=path.name, to=str(message["to"]), subject="", sent_at=sent, text=str(message["text"]))
