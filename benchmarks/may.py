"""How fast is `POST /api/v1/may` with a million people: one question a call, and ten thousand?

One question a call is measured against a plain Flask route that reads and writes the same JSON, on the same server and
in turn with it. Ten thousand questions, each about another person, are counted in answers a second, through HTTP.
Persons are named as a back end names them: by their row in its own system, or by their address.
"""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import stage
from portal.kernel import crypto, tokens

PAIRS, SECONDS, CALLS = 9, 2.0, 5
KEY, MOST = "pak_benchmark", 10_000
EVENTS = {"purpose": "marketing.events", "channel": "email"}
Question = dict[str, object]


def measure(folder: Path) -> None:
    """Measure and print the lines."""
    dice = random.Random(1)
    with ExitStack() as running:
        port = serve(folder, running)
        plain = stage.free_port()
        running.enter_context(stage.server("benchmarks.plain_json:app", plain, stage.environment(folder / "p", plain)))
        ones = [post(port, [question(number)]) for number in dice.sample(range(1, stage.MANY), 500)]
        base = [post(plain, [question(1)], "/may")]
        pairs = [(stage.rate(port, ones, SECONDS), stage.rate(plain, base, SECONDS)) for _ in range(PAIRS)]
        many = {
            kind: [post(port, [ask(n) for n in dice.sample(range(1, stage.MANY), MOST)]) for _ in range(CALLS)]
            for kind, ask in (("rows", question), ("addresses", by_address))
        }
        rates = {kind: [answers(port, calls) for _ in range(PAIRS)] for kind, calls in many.items()}
    value, slow = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    stage.say("may", value, "requests/s", baseline=slow, ratio=ratio, goal=0.6, n=PAIRS)
    for kind, found in rates.items():
        value = statistics.median(found)
        name = f"may, 10,000 questions by {kind}"
        stage.say(name, value, "answers/s", baseline=100_000, ratio=value / 100_000, goal=1.0, n=PAIRS)


def serve(folder: Path, running: ExitStack) -> int:
    """Serve a portal with a million people who each are a row of a system and proved an address; return its port."""
    port = stage.free_port()
    environ = stage.environment(folder, port)
    stage.migrate(environ)
    database = folder / "portal.db"
    stage.fill(database, stage.MANY, signed_in=1)
    crypto.use_keys("", (), (environ["PORTAL_HASH_KEYS"],))
    known = range(1, stage.MANY + 1)
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA synchronous=0")
        db.execute("DELETE FROM links WHERE source <> 'booking'")
        db.executemany(
            "UPDATE links SET key_hash = ? WHERE subject_id = ?",
            ((crypto.keyed_hash("key:booking", f"[{n}]"), n) for n in known),
        )
        db.executemany(
            """INSERT INTO identifiers (account_id, kind, value, hash, proven_at, fence, attempts)
            VALUES (?, 'email', x'00', ?, ?, 0, 0)""",
            ((n, crypto.keyed_hash("email", f"nr{n}@example.com"), stage.NOW) for n in known),
        )
        db.execute(
            "INSERT INTO api_keys (name, digest, scopes, rate, created_at) VALUES ('bench', ?, ?, ?, ?)",
            (tokens.digest(KEY), json.dumps(["may:read", "suppressions:read"]), 100_000_000, stage.NOW),
        )
        db.commit()
        db.execute("ANALYZE")
    running.enter_context(stage.server("wsgi:app", port, environ))
    return port


def question(number: int) -> Question:
    """Return a question about somebody by their row."""
    return {"person": {"source": "booking", "id": number}, **EVENTS}


def by_address(number: int) -> Question:
    """Return a question about somebody by their address."""
    return {"person": {"email": f"nr{number}@example.com"}, **EVENTS}


def post(port: int, questions: list[Question], path: str = "/api/v1/may") -> bytes:
    """Return a call as it goes over the wire."""
    body = json.dumps({"questions": questions})
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {KEY}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n{body}".encode()


def answers(port: int, calls: list[bytes]) -> float:
    """Return answers a second over one connection; each must be an answer from the standing."""
    count = 0
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        begun = time.perf_counter()
        for call in calls:
            connection.sendall(call)
            head, body = stage.answer(connection)
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            assert body.count(b'"not-chosen"') == body.count(b'"since"') == MOST, body[:300]
            count += MOST
        return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
