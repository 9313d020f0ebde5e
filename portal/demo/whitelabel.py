"""The Whitelabel App's door for the portal: a small HTTP service that speaks portal/sources/protocol.openapi.json.

    WHITELABEL_SECRET=… python -m portal.demo.whitelabel --port 8002 --database var/demo/whitelabel.db

It listens on 127.0.0.1 only and logs operations, never people.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, islice
from pathlib import Path
from typing import Any

from portal.demo import afterwards, everybody, places, rights
from portal.kernel import clock
from portal.sources import signing

OPERATIONS = {
    "/privacy/describe": ("describe",),
    "/privacy/counts": ("find", "counts", "young"),
    "/privacy/access": ("access", "keys", "settings"),
    "/privacy/erasure": ("erasure",),
    "/privacy/preferences": ("preferences", "stored"),
    "/privacy/location": places.OPERATIONS,
    "/privacy/correction": ("correction",),
    "/privacy/sweep": ("sweep",),
    "/privacy/retention": afterwards.OPERATIONS,
}
LONGEST_BODY = 1_000_000
LINES_A_CHUNK = 200
log = logging.getLogger(__name__)


class Refused(Exception):
    """A call that is not answered, with its status and a title for the operator."""

    def __init__(self, status: HTTPStatus, title: str) -> None:
        super().__init__(title)
        self.status, self.title = status, title


class Server(ThreadingHTTPServer):
    """One thread a connection; each call opens the database for itself."""

    daemon_threads = True

    def __init__(self, port: int, database: Path, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.database, self.secret = database, secret

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        """Serve, and be quick to stop."""
        super().serve_forever(poll_interval)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log that a connection broke; what was under way is asked again."""
        log.warning("a connection broke: %s", type(sys.exc_info()[1]).__name__)


class Handler(BaseHTTPRequestHandler):
    """One connection of the portal."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the portal to confirm its headers
    timeout = 60
    server: Server

    def do_POST(self) -> None:
        """Answer a signed call, or say in one sentence why not."""
        try:
            asked = self._asked()
            with rights.opened(self.server.database) as connection:
                self._answer(connection, asked)
        except Refused as refused:
            self._refuse(refused.status, refused.title)
        except (KeyError, IndexError, TypeError, ValueError):
            self._refuse(HTTPStatus.BAD_REQUEST, "The call can not be understood.")
        except sqlite3.Error as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"Not now: {type(error).__name__}.")

    def _asked(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", "-1"))
        if not 0 <= length <= LONGEST_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body has no length, or is too long.")
        body = self.rfile.read(length)
        stamp, signature = (self.headers.get(name, "") for name in (signing.TIMESTAMP, signing.SIGNATURE))
        if not signing.verify(self.server.secret, stamp, signature, body, clock.now()):
            raise Refused(HTTPStatus.UNAUTHORIZED, "The signature is wrong, or the call is too old.")
        asked: dict[str, Any] = json.loads(body)
        if asked["operation"] not in OPERATIONS.get(self.path, ()):
            raise Refused(HTTPStatus.BAD_REQUEST, "This operation has another address.")
        return asked

    def _answer(self, connection: sqlite3.Connection, asked: dict[str, Any]) -> None:
        now, key = clock.now(), self.headers["Idempotency-Key"][:200]
        operation = asked["operation"]
        if operation in OPERATIONS["/privacy/access"]:
            self._stream(_streamed(connection, asked, now))
        elif operation in READS:
            self._send(HTTPStatus.OK, READS[operation](connection, asked, now))
        else:
            self._send(HTTPStatus.OK, _changed(connection, asked, key, now))

    def _send(self, status: HTTPStatus, answer: dict[str, Any], **headers: str) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: HTTPStatus, title: str) -> None:
        """Refuse and hang up: of a body that was not read, nothing may be taken for the next call."""
        self._send(status, {"title": title}, **{"Content-Type": "application/problem+json", "Connection": "close"})

    def _stream(self, lines: Iterable[rights.Answer]) -> None:
        """Send NDJSON in chunks. What breaks on the way cuts the connection, so the last line is missing."""
        chunks = _chunks(lines)
        first = next(chunks)  # what fails before the first line can still be answered with a status
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for chunk in chain((first,), chunks):
                self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        except (OSError, sqlite3.Error) as error:
            log.warning("a stream broke: %s", type(error).__name__)
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Log method, address and status; nothing of a body stands in them."""
        log.info(format, *args)


def _streamed(connection: sqlite3.Connection, asked: dict[str, Any], now: datetime) -> Iterator[rights.Answer]:
    if asked["operation"] != "access":
        return everybody.STREAMS[asked["operation"]](connection, now)
    if "table" in asked:
        return rights.page(connection, _person(asked), now, asked)
    return rights.access(connection, _person(asked), now)


def _place(connection: sqlite3.Connection, asked: dict[str, Any], now: datetime) -> rights.Answer:
    return places.answer(connection, asked["operation"], _person(asked), asked)


READS: Mapping[str, Callable[[sqlite3.Connection, dict[str, Any], datetime], rights.Answer]] = {
    "describe": lambda connection, asked, now: rights.describe(connection),
    "find": lambda connection, asked, now: rights.find(connection, _identifiers(asked)),
    "counts": lambda connection, asked, now: rights.counts(connection, _person(asked), now),
    "young": lambda connection, asked, now: everybody.young(connection, asked),
    "stored": lambda connection, asked, now: rights.stored_by(connection, _people(asked)),
    "sweep": lambda connection, asked, now: afterwards.sweep(connection, _person(asked), asked),
    "overdue": lambda connection, asked, now: afterwards.overdue(connection, asked),
    **dict.fromkeys(places.OPERATIONS, _place),
}


def _changed(connection: sqlite3.Connection, asked: dict[str, Any], key: str, now: datetime) -> rights.Answer:
    """Do what changes something, once for each key or number of a request."""
    if asked["operation"] == "expire":
        return _expired(connection, asked, key, now)
    person = _person(asked)
    if asked["operation"] == "preferences":
        write = partial(rights.prefer, connection, person, dict(asked["choices"]))
        return rights.once(connection, key, now, write) if asked["choices"] else write({})
    if asked["operation"] == "correction":
        write = partial(rights.correct, connection, person, dict(asked["change"]))
        return rights.once(connection, asked["request_id"], now, write)
    write = partial(rights.erase, connection, person, asked.get("tables", list(rights.TABLES)))
    erased = rights.once(connection, asked["request_id"], now, write)
    rights.compact(connection)
    return erased


def _expired(connection: sqlite3.Connection, asked: dict[str, Any], key: str, now: datetime) -> rights.Answer:
    expired = rights.once(connection, key, now, partial(afterwards.expire, connection, asked, now))
    if expired["rows"]:
        rights.compact(connection)
    return expired


def _chunks(lines: Iterable[rights.Answer]) -> Iterator[bytes]:
    written = (json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    while batch := "".join(islice(written, LINES_A_CHUNK)):
        yield batch.encode()


def _person(asked: dict[str, Any]) -> str:
    return json.dumps(_keys(asked["person"]))


def _people(asked: dict[str, Any]) -> list[list[int]]:
    return [_keys(person) for person in asked["people"]]


def _keys(person: dict[str, Any]) -> list[int]:
    return [int(key) for (key,) in person["keys"]]


def _identifiers(asked: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(known["kind"]), str(known["value"])) for known in asked["identifiers"]]


def serve(port: int, database_path: Path, secret: str) -> None:
    """Serve until interrupted."""
    with Server(port, database_path, secret) as server, suppress(KeyboardInterrupt):
        server.serve_forever()


def main() -> None:
    """Start from the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m portal.demo.whitelabel", description="The demo's Whitelabel App."
    )
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--database", type=Path, required=True)
    given = arguments.parse_args()
    secret = os.environ.get("WHITELABEL_SECRET", "")
    if not secret:
        arguments.error("WHITELABEL_SECRET is not set")
    serve(given.port, given.database, secret)


if __name__ == "__main__":
    main()
