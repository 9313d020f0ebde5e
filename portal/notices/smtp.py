"""How mail leaves: by SMTP, or into a folder that a person can look into."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from portal.kernel import failpoints

TIMEOUT = 20


class Undeliverable(Exception):
    """The address is refused for good; trying again would not help."""


class Post(Protocol):
    """Whoever carries mail."""

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over; raises Undeliverable for good, OSError or SMTPException when it is worth another try."""

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

    def send(self, mail: EmailMessage) -> None:
        with self.several() as post:
            post.send(mail)

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

    def send(self, mail: EmailMessage) -> None:
        failpoints.point("mail: before send")
        try:
            self.server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            if all(code >= 500 for code, _ in error.recipients.values()):
                raise Undeliverable from error
            raise
        failpoints.point("mail: after send")

    def several(self) -> AbstractContextManager[Post]:
        return nullcontext(self)


class Folder:
    """A folder with one file a mail, named by its Message-ID, so a repeated one replaces itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, mail: EmailMessage) -> None:
        failpoints.point("mail: before send")
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = sha256(str(mail["Message-ID"]).encode()).hexdigest()[:32]
        part = self.root / f"{name}.part"
        part.write_bytes(mail.as_bytes(policy=SMTP))
        part.rename(self.root / f"{name}.eml")
        failpoints.point("mail: after send")

    def several(self) -> AbstractContextManager[Post]:
        return nullcontext(self)
