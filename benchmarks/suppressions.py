"""How fast are a million suppressions streamed through HTTP, against reading the same rows by a bare cursor?

Both are read whole, in turn; the ratio is the median of the pairs.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sqlite3
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import stage
from portal.kernel import tokens

PAIRS, KEY = 5, "pak_benchmark"


def measure(folder: Path) -> None:
    """Measure and print one line."""
    with ExitStack() as running:
        port = serve(folder, running)
        pairs = [(streamed(port), cursor(folder / "portal.db")) for _ in range(PAIRS)]
    value, base = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    stage.say("suppressions", value, "lines/s", baseline=base, ratio=ratio, goal=0.5, n=PAIRS)


def serve(folder: Path, running: ExitStack) -> int:
    """Serve a portal in which a million people said no to something; return its port."""
    port = stage.free_port()
    environ = stage.environment(folder, port)
    stage.migrate(environ)
    known = range(1, stage.MANY + 1)
    with closing(sqlite3.connect(folder / "portal.db")) as db:
        db.execute("PRAGMA synchronous=0")
        db.executemany("INSERT INTO subjects (id, created_at) VALUES (?, ?)", ((n, stage.NOW) for n in known))
        db.executemany(
            "INSERT INTO suppressions (subject_id, number, is_no, line) VALUES (?, ?, 1, ?)",
            ((n, n, line(n)) for n in known),
        )
        db.execute(
            "INSERT INTO api_keys (name, digest, scopes, rate, created_at) VALUES ('bench', ?, ?, 60000, ?)",
            (tokens.digest(KEY), json.dumps(["suppressions:read"]), stage.NOW),
        )
        db.execute(
            "INSERT INTO suppressions_followed (id, event, number, at) VALUES (1, 0, ?, ?)", (stage.MANY, stage.NOW)
        )
        db.commit()
        db.execute("ANALYZE")
    running.enter_context(stage.server("wsgi:app", port, environ))
    return port


def line(number: int) -> str:
    """Return a line as long as those of people with an address and a row."""
    names = [hashlib.sha256(f"{kind}{number}".encode()).hexdigest() for kind in ("email", "row")]
    return json.dumps({"people": names, "no": ["marketing.events.email", "marketing.surveys.email"]})


def streamed(port: int) -> float:
    """Return lines a second through HTTP, read to the last one."""
    head = f"GET /api/v1/suppressions HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {KEY}\r\n"
    begun, lines, tail = time.perf_counter(), 0, b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=120)) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        while piece := connection.recv(1 << 20):
            lines += piece.count(b'"people"')
            tail = (tail + piece)[-200:]
    assert b'"cursor"' in tail, tail
    assert abs(lines - stage.MANY) < stage.MANY // 100, lines  # a piece may end within the word
    return stage.MANY / (time.perf_counter() - begun)


def cursor(database: Path) -> float:
    """Return lines a second of a bare cursor over the same rows, each turned into bytes."""
    begun, lines, size = time.perf_counter(), 0, 0
    with closing(sqlite3.connect(database)) as db:
        for _number, text in db.execute("SELECT number, line FROM suppressions WHERE is_no ORDER BY number"):
            lines += 1
            size += len(text.encode())
    assert lines == stage.MANY
    assert size > lines
    return lines / (time.perf_counter() - begun)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
