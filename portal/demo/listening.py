"""What the Booking App does with what the portal tells it: a no takes mails out of its queue and stops places.

Each message is verified (Standard Webhooks 1.0), done once, and done in one transaction with the note that it was, so
that whoever dies in between does it again. Of a person only the app's own number is kept.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

WINDOW = 300  # seconds that a message may be old
SHOWN = 50
_TABLES = """CREATE TABLE IF NOT EXISTS waiting (user INTEGER, topic TEXT, subject TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS newest (user INTEGER, kind TEXT, about TEXT, event INTEGER, stops INTEGER,
  PRIMARY KEY (user, kind, about));
CREATE TABLE IF NOT EXISTS heard (id TEXT PRIMARY KEY, at REAL, kind TEXT, about TEXT, state TEXT, did TEXT)"""
_NEWER = """INSERT INTO newest (user, kind, about, event, stops) VALUES (?, ?, ?, ?, ?) ON CONFLICT (user, kind, about)
DO UPDATE SET event = excluded.event, stops = excluded.stops WHERE excluded.event > newest.event"""
Told = dict[str, Any]


class Listening:
    """What was heard, and the mails that wait; in a file of its own, beside the app's database."""

    def __init__(self, file: Path, secrets: str) -> None:
        self._file = file
        self._keys = [b64decode(one.removeprefix("whsec_")) for one in secrets.split()]
        with self._open() as db:
            db.executescript(_TABLES)

    def hear(self, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        """Do what a message says, once; answer whether it was taken."""
        if not self._is_genuine(headers, body):
            return HTTPStatus.UNAUTHORIZED
        told = json.loads(body)
        data, kind = told["data"], told["type"]
        with self._open() as db:
            if db.execute("SELECT 1 FROM heard WHERE id = ?", (headers["webhook-id"],)).fetchone():
                return HTTPStatus.NO_CONTENT
            users = [int(person["id"]) for person in data.get("people", ()) if person.get("source") == "booking"]
            did = "; ".join(filter(None, (_act(db, kind, data, user) for user in users)))
            about = ".".join(filter(None, (data.get("purpose"), data.get("channel"))))
            row = (headers["webhook-id"], time.time(), kind, about, data.get("state") or data.get("scope"), did)
            db.execute("INSERT INTO heard VALUES (?, ?, ?, ?, ?, ?)", row)
        return HTTPStatus.NO_CONTENT

    def heard(self) -> list[Told]:
        """Return what was heard last and what came of it, the newest first; nobody is named."""
        with self._open() as db:
            rows = db.execute("SELECT at, kind, about, state, did FROM heard ORDER BY at DESC LIMIT ?", (SHOWN,))
            return [dict(zip(("at", "kind", "about", "state", "did"), row, strict=True)) for row in rows]

    def is_stopped(self, user: int, about: str) -> bool:
        """Tell whether the last that was heard of a user about something, or all of it, was a no."""
        with self._open() as db:
            wide = {about, about.rpartition(".")[0], about.partition(".")[0], ""}
            marks = ", ".join("?" * len(wide))
            asked = f"SELECT 1 FROM newest WHERE user = ? AND stops AND about IN ({marks})"  # noqa: S608 - marks alone
            return db.execute(asked, (user, *wide)).fetchone() is not None

    def put_by(self, topic: str, user: int, subject: str, text: str) -> None:
        """Keep a mail that is to go later."""
        with self._open() as db:
            db.execute(
                "INSERT INTO waiting (user, topic, subject, text) VALUES (?, ?, ?, ?)", (user, topic, subject, text)
            )

    def take_out(self) -> list[tuple[str, int, str, str]]:
        """Return every mail that waits, and let it wait no more."""
        with self._open() as db:
            rows = db.execute("DELETE FROM waiting RETURNING topic, user, subject, text").fetchall()
            return [(str(topic), int(user), str(subject), str(text)) for topic, user, subject, text in rows]

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("webhook-timestamp") or ""
        if not (stamp.isascii() and stamp.isdigit()) or abs(time.time() - int(stamp)) > WINDOW:
            return False
        content = f"{headers.get('webhook-id')}.{stamp}.".encode() + body
        mine = [b64encode(hmac.digest(key, content, "sha256")).decode() for key in self._keys]
        sent = (headers.get("webhook-signature") or "").split()
        return any(hmac.compare_digest(f"v1,{one}".encode(), other.encode()) for one in mine for other in sent)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=10)) as db, db:
            yield db


def _act(db: sqlite3.Connection, kind: str, data: Told, user: int) -> str:
    """Do what a message means for one user; return it in words. What is older than what is known is left out."""
    if kind == "person.erased":
        gone = db.execute("DELETE FROM waiting WHERE user = ?", (user,)).rowcount
        db.execute("DELETE FROM newest WHERE user = ?", (user,))
        return f"{gone} waiting mails dropped, forgotten"
    about = ".".join(filter(None, (data["purpose"], data["channel"])))
    stops = data["stops"] if "stops" in data else data["state"] == "off"
    if not db.execute(_NEWER, (user, kind, about, data["event"], stops)).rowcount:
        return "older than what is known"
    return _stop(db, user, about) if stops else "goes on"


def _stop(db: sqlite3.Connection, user: int, about: str) -> str:
    topic = about.removeprefix("marketing").removeprefix(".").partition(".")[0]
    if about and not about.startswith("marketing"):
        return "no more places are stored" if about.startswith("location") else "noted"
    gone = db.execute("DELETE FROM waiting WHERE user = ? AND ? IN ('', topic)", (user, topic)).rowcount
    return f"{gone} waiting mails dropped"
