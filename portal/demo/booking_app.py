"""The Booking App's own back end in the demo: it asks the portal before it stores a place or sends a mail.

    BOOKING_KEY=… python -m portal.demo.booking_app --port 8003 --database sqlite:///… --mailbox … --portal http://localhost:8000

`POST /points {"user": 1, "points": [{"recorded_at", "lat", "lon", "accuracy"}]}`, as a phone sends them;
`POST /mails {"topic": "events", "users": [1, 2], "subject": "…", "text": "…"}`, as marketing does. Both answer what was
done and what was not. With `"later": true` mails are kept until `POST /mails/due {}`. It hears the portal's webhooks
(`POST /webhooks`) and obeys them at once, whether or not the portal can be asked; `GET /heard` shows what they did. It
listens on 127.0.0.1 only and logs operations, never people.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from portal.client import Client, Question, Trouble, row
from portal.demo.database import opened
from portal.demo.listening import Listening
from portal.demo.moments import plain
from portal.notices import wire

SOURCE = "booking"
LONGEST_BODY = 1_000_000
NO_CALL = {"title": "There is no such call."}
ROUGH = 2  # decimals of a degree: about a kilometre, for who allows "approximate"
Told = dict[str, Any]


class BookingApp:
    """What the app does with its users' data, and never without asking."""

    def __init__(self, database: str, mailbox: Path, portal: Client, listening: Listening, key: str = "") -> None:
        self._database, self._mailbox, self._portal, self.listening = database, mailbox, portal, listening
        self._key, self._domain, self._selector = key, "smartos.example.com", "portal2026"  # as site.toml has them

    def store(self, user: int, points: Sequence[Told]) -> Told:
        """Store those places that may be stored, each no more precisely than its person allows."""
        me = row(SOURCE, user)
        if self.listening.is_stopped(user, "location.level") or not self._portal.may(me, "location.level"):
            return {"stored": 0, "dropped": len(points)}
        levels = self._portal.admit(me, SOURCE, [point["recorded_at"] for point in points])
        rows = [_row(user, point, level) for point, level in zip(points, levels, strict=True) if level != "off"]
        with opened(self._database) as db:
            db.each(
                "INSERT INTO location_points (user_id, recorded_at, lat, lon, accuracy) VALUES (?, ?, ?, ?, ?)", rows
            )
        return {"stored": len(rows), "dropped": len(points) - len(rows)}

    def write(self, topic: str, users: Sequence[int], subject: str, text: str) -> Told:
        """Mail those users who said yes to the topic, with the way off the list in each mail."""
        purpose = f"marketing.{topic}"
        answers = self._portal.ask_many([Question(row(SOURCE, user), purpose, "email") for user in users])
        asked = zip(users, answers, strict=True)
        willing = [user for user, answer in asked if answer.allowed and not self._is_stopped(user, topic)]
        found = self._ways(willing, purpose)
        ways = zip(willing, found["addresses"], strict=False)
        sent = sum(self._send(user, way, f"{found['label']} {subject}".strip(), text) for user, way in ways)
        return {"sent": sent, "left_out": len(users) - sent}

    def write_later(self, topic: str, users: Sequence[int], subject: str, text: str) -> Told:
        """Keep mails for later; a no that is heard meanwhile takes them out again."""
        for user in users:
            self.listening.put_by(topic, user, subject, text)
        return {"waiting": len(users)}

    def write_due(self) -> Told:
        """Send what waits, asking once more."""
        told = [self.write(topic, [user], subject, text) for topic, user, subject, text in self.listening.take_out()]
        return {"sent": sum(one["sent"] for one in told), "left_out": sum(one["left_out"] for one in told)}

    def _is_stopped(self, user: int, topic: str) -> bool:
        return self.listening.is_stopped(user, f"marketing.{topic}.email")

    def _ways(self, users: Sequence[int], purpose: str) -> Told:
        """Return the label and the way off the list for each user; none where the portal does not answer."""
        nothing: Told = {"addresses": [], "label": ""}
        if not users:
            return nothing
        body = {"people": [dict(row(SOURCE, user)) for user in users], "purpose": purpose, "channel": "email"}
        try:
            found: Told = self._portal.call("POST", "/unsubscribe-addresses", body)
        except Trouble:
            return nothing
        return found

    def _send(self, user: int, way: Told, subject: str, text: str) -> bool:
        with opened(self._database) as db:
            found = [email for (email,) in db.all("SELECT email FROM users WHERE id = ?", user) if email]
        if not found or not way["url"]:
            return False
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Smartos <events@{self._domain}>", found[0], subject
        mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain=self._domain)
        for name, value in way["headers"].items():
            mail[name] = value
        mail.set_content("\n\n".join([text, "-- ", *way["feet"].values()]) + "\n", cte="quoted-printable")
        raw = mail.as_bytes(policy=wire.POLICY)
        if self._key:
            raw = wire.sign(raw, self._key, self._domain, self._selector)
        self._mailbox.mkdir(parents=True, exist_ok=True)
        (self._mailbox / f"{uuid4()}.eml").write_bytes(raw)
        return True


class Server(ThreadingHTTPServer):
    """One thread a connection."""

    daemon_threads = True

    def __init__(self, port: int, app: BookingApp) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.app = app


class Handler(BaseHTTPRequestHandler):
    """One call of a phone, or of marketing."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        """Show what was heard."""
        if self.path == "/heard":
            self._say(HTTPStatus.OK, {"heard": self.server.app.listening.heard()})
        else:
            self._say(HTTPStatus.NOT_FOUND, NO_CALL)

    def do_POST(self) -> None:
        """Do what was asked, as far as the people whom it is about allow it."""
        try:
            body = self._body()
            if self.path == "/webhooks":
                named = {name.lower(): value for name, value in self.headers.items()}
                self._say(self.server.app.listening.hear(named, body), None)
            else:
                self._do(json.loads(body))
        except (KeyError, TypeError, ValueError):
            self._say(HTTPStatus.BAD_REQUEST, {"title": "The call can not be understood."})

    def _do(self, asked: Told) -> None:
        app = self.server.app
        if self.path == "/points":
            self._say(HTTPStatus.OK, app.store(asked["user"], asked["points"]))
        elif self.path == "/mails":
            write = app.write_later if asked.get("later") else app.write
            self._say(HTTPStatus.OK, write(asked["topic"], asked["users"], asked["subject"], asked["text"]))
        elif self.path == "/mails/due":
            self._say(HTTPStatus.OK, app.write_due())
        else:
            self._say(HTTPStatus.NOT_FOUND, NO_CALL)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length", "-1"))
        if not 0 <= length <= LONGEST_BODY:
            raise ValueError
        return self.rfile.read(length)

    def _say(self, status: HTTPStatus, told: Told | None) -> None:
        body = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        if told is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the portal's log tells who asked."""


def _row(user: int, point: Told, level: str) -> tuple[int, str, float, float, float | None]:
    lat, lon = float(point["lat"]), float(point["lon"])
    if level != "precise":
        lat, lon = round(lat, ROUGH), round(lon, ROUGH)
    return user, plain(datetime.fromisoformat(point["recorded_at"])), lat, lon, point.get("accuracy")


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="The Booking App's own back end.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", metavar="URL", required=True)
    parser.add_argument("--heard", type=Path, required=True, help="the file that keeps what the portal told it")
    parser.add_argument("--mailbox", type=Path, required=True)
    parser.add_argument("--portal", required=True)
    options = parser.parse_args()
    client = Client(options.portal, os.environ["BOOKING_KEY"])
    listening = Listening(options.heard, os.environ["BOOKING_WEBHOOK_SECRET"])
    key = Path(os.environ["PORTAL_DKIM_KEY_FILE"]).read_text()
    Server(options.port, BookingApp(options.database, options.mailbox, client, listening, key)).serve_forever(0.05)


if __name__ == "__main__":
    main()
