"""How a text message leaves: through an HTTP gateway, or into a folder that a person can look into."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from portal.kernel import calling, clock, failpoints
from portal.notices.smtp import Undeliverable

TIMEOUT = 20
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_PASSING = frozenset({401, 403, 404, 408, 425, 429})  # a wrong token is mended by the operator, not by giving up


class Gateway(Protocol):
    """Whoever carries text messages."""

    def send(self, to: str, text: str, key: str) -> None:
        """Hand a text over to an E.164 number; `key` is the same when it is sent again.

        Raises Undeliverable for good, OSError or HTTPException when it is worth another try.
        """


def open_gateway(url: str) -> Gateway:
    """Open `https://:token@host/path` or `file:///folder`; plain http only to this machine, for the token is secret."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL):
        return Http(parts)
    raise ValueError("PORTAL_SMS_URL: use https, or http to 127.0.0.1, or file")


class Http:
    """A gateway that takes `{"to", "text"}` as JSON, with a bearer token; redirects are refused."""

    def __init__(self, parts: SplitResult) -> None:
        self.parts = parts

    def send(self, to: str, text: str, key: str) -> None:
        failpoints.point("sms: before send")
        status = self._post(json.dumps({"to": to, "text": text}, ensure_ascii=False).encode(), key)
        failpoints.point("sms: after send")
        if 400 <= status < 500 and status not in _PASSING:
            raise Undeliverable(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise OSError(f"the gateway answered {status}")

    def _post(self, body: bytes, key: str) -> int:
        connection = calling.connection(self.parts, TIMEOUT)
        token = unquote(self.parts.password or self.parts.username or "")
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Authorization": f"Bearer {token}"}
        try:
            connection.request("POST", self.parts.path or "/", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


class Folder:
    """A folder with one file a message, named by its key, so a repeated one replaces itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, to: str, text: str, key: str) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = sha256(key.encode()).hexdigest()[:32]
        part = self.root / f"{name}.part"
        said = {"to": to, "text": text, "sent_at": clock.now().isoformat()}
        part.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        part.rename(self.root / f"{name}.json")
