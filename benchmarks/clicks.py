"""What the benchmarks share that click: a browser's part of having a copy made, through a server and a worker."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks import crowded, stage
from portal.kernel import tokens

PATIENCE = 60.0


def waits(folder: Path, environ: dict[str, str], times: int) -> list[float]:
    """Return the seconds from a click on "Make my copy" until the row says that the archive is ready, several times."""
    port, cookie = int(environ["PORTAL_BASE_URL"].rpartition(":")[2]), sign_in(folder / "portal.db", environ)
    with ExitStack() as running:
        running.enter_context(stage.server("wsgi:app", port, environ))
        running.enter_context(worker(environ))
        return [_wait(folder / "portal.db", port, cookie) for _ in range(1 + times)][1:]  # the first one warms up


@contextmanager
def worker(environ: dict[str, str]) -> Iterator[None]:
    """Run a worker."""
    process = subprocess.Popen([sys.executable, "-m", "portal", "worker"], env=environ, cwd=stage.ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def sign_in(database: Path, environ: dict[str, str]) -> str:
    """Give the person with the bookings an account and a session; return its cookie."""
    known = "from portal.subjects import service; from portal.sources.base import Identifier as Proof; import os"
    opened = "from portal import config, start, worker; start.open_house(config.from_environment(os.environ))"
    made = f"subject, _ = service.verified(Proof('email', {crowded.EMAIL!r})); service.refresh(subject)"
    subprocess.run([sys.executable, "-c", f"{known}\n{opened}\n{made}"], env=environ, cwd=stage.ROOT, check=True)
    cookie = tokens.new_token()
    with closing(sqlite3.connect(database)) as db:
        db.execute(
            """INSERT INTO sessions (account_id, digest, device, place, created_at, seen_at, fresh_until)
            SELECT account_id, ?, 'x', '', ?, ?, ? FROM identifiers""",
            (tokens.digest(cookie), stage.NOW, stage.LATER, stage.LATER),
        )
        db.commit()
    return cookie


def _wait(database: Path, port: int, cookie: str) -> float:
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE cases SET received_at = '2026-01-01T00:00:00.000000+00:00'")  # three a day are let through
        db.commit()
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
            begun = time.perf_counter()
            connection.sendall(stage.tap("/download", port, cookie, ""))
            head = connection.recv(65536)
            assert b"/download/" in head, head
            query = "SELECT state FROM downloads ORDER BY id DESC LIMIT 1"
            while (state := db.execute(query).fetchone()[0]) != "ready":
                assert time.perf_counter() - begun < PATIENCE, state
                time.sleep(0.002)
            return time.perf_counter() - begun
