"""How mail leaves: by SMTP, or into a folder that a person can look into."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from portal.kernel import failpoints
from portal.notices import wire

TIMEOUT = 20
_STATUS = re.compile(rb"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})


class Undeliverable(Exception):
    """The address is refused for good; trying again would not help. `status` says why, as RFC 3463 has it."""

    def __init__(self, why: str = "", status: str = "5.0.0") -> None:
        super().__init__(why or f"refused: {status}")
        self.status = status


class Post(Protocol):
    """Whoever carries mail."""

    def send(self, mail: EmailMessage, returns: str = "") -> None:
        """Hand a mail over; what cannot be delivered comes back to `returns`, else to who it is from.

        Raises Undeliverable for good, OSError or SMTPException when it is worth another try.
        """

    def several(self) -> AbstractContextManager[Post]:
        """Return a carrier for many mails, one after the other, over one connection."""


def open_post(url: str) -> Post:
    """Open `smtp://user:password@host:port`, `smtps://…` or `file:///folder`."""
    parts = urlsplit(url)
    if parts.scheme in ("smtp", "smtps"):
        return Smtp(parts)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    raise ValueError(f"PORTAL_MAIL_URL: scheme {parts.scheme!r} is unknown; use smtp, smtps or file")


class Smtp:
    """A mail server; the connection is encrypted where the server offers it."""

    def __init__(self, parts: SplitResult) -> None:
        self.parts = parts

    def send(self, mail: EmailMessage, returns: str = "") -> None:
        with self.several() as post:
            post.send(mail, returns)

    @contextmanager
    def several(self) -> Iterator[Post]:
        with self._connect() as server:
            yield _Connected(server)

    def _connect(self) -> smtplib.SMTP:
        host, secure = self.parts.hostname or "localhost", self.parts.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        server = kind(host, self.parts.port or (465 if secure else 25), timeout=TIMEOUT)
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls()
        if self.parts.username:
            server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return server


class _Connected:
    """A mail server that is connected."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server

    def send(self, mail: EmailMessage, returns: str = "") -> None:
        failpoints.point("mail: before send")
        wide = not wire.is_ascii(mail)
        if wide and not self.server.has_extn("smtputf8"):
            raise Undeliverable(status="5.6.7")  # the server takes no such address
        sender, options = returns or parseaddr(str(mail["From"]))[1], ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
        try:
            self.server.sendmail(sender, [parseaddr(str(mail["To"]))[1]], wire.raw(mail, wide=wide), options)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            if code >= 500:
                raise Undeliverable(status=_status(code, said)) from error
            raise
        failpoints.point("mail: after send")

    def several(self) -> AbstractContextManager[Post]:
        return nullcontext(self)


def _status(code: int, said: bytes) -> str:
    found = _STATUS.match(said)
    if found:
        return found[1].decode()
    return "5.1.1" if code in _NO_SUCH_MAILBOX else "5.0.0"


class Folder:
    """A folder with one file a mail, named by its Message-ID, so a repeated one replaces itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, mail: EmailMessage, returns: str = "") -> None:
        failpoints.point("mail: before send")
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = sha256(str(mail["Message-ID"]).encode()).hexdigest()[:32]
        part = self.root / f"{name}.part"
        part.write_bytes(wire.raw(mail, wide=not wire.is_ascii(mail)))
        part.rename(self.root / f"{name}.eml")
        failpoints.point("mail: after send")

    def several(self) -> AbstractContextManager[Post]:
        return nullcontext(self)
