"""What the benchmarks share: a portal with many accounts, a server, a client, and the line they print."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from portal.kernel import tokens

ROOT = Path(__file__).parent.parent
MANY, FEW = 1_000_000, 1_000
NOW, LATER = "2026-11-22T10:00:00.000000+00:00", "2126-11-22T10:00:00.000000+00:00"


_ACCOUNTS = (
    "INSERT INTO accounts (id, created_at, language) VALUES (?, ?, 'en')",
    "INSERT INTO subjects (id, account_id, created_at) VALUES (?, ?, ?)",
    "INSERT INTO standing (subject_id, choices, event) VALUES (?, ?, 1)",
    """INSERT INTO deliveries (subject, source, wanted, confirmed, asked_at, confirmed_at, fence, attempts)
    VALUES (?, ?, 1, 1, ?, ?, 0, 0)""",
    """INSERT INTO links (subject_id, source, key, key_hash, state, proven_by, linked_at)
    VALUES (?, ?, x'00', '', 'linked', 'email', ?)""",
    """INSERT INTO sessions (account_id, digest, device, place, created_at, seen_at, fresh_until)
    VALUES (?, ?, 'x', '', ?, ?, ?)""",
)


def say(name: str, value: float, unit: str, *, baseline: float, ratio: float, goal: float, n: int) -> None:
    """Print one result."""
    figures = {"value": value, "baseline": baseline, "ratio": ratio, "goal": goal}
    print(
        json.dumps({"name": name, "unit": unit, "n": n, **{key: round(figure, 4) for key, figure in figures.items()}})
    )


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a portal in a folder, over systems that nobody asks anything."""
    from portal.demo.stage import settings

    return {**os.environ, **settings(folder, port, free_port()), "PYTHONPATH": str(ROOT)}


def migrate(environ: dict[str, str]) -> None:
    """Make the tables."""
    command = [sys.executable, "-m", "portal", "migrate"]
    subprocess.run(command, env=environ, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def fill(database: Path, accounts: int, signed_in: int = 200) -> list[str]:
    """Give a portal so many accounts, each with subject, choices and deliveries; return tokens of sessions."""
    told = [tokens.new_token() for _ in range(signed_in)]
    live = {1 + place * (accounts // signed_in): token for place, token in enumerate(told)}
    numbers = range(1, accounts + 1)
    rows = (
        ((n, NOW) for n in numbers),
        ((n, n, NOW) for n in numbers),
        ((n, _chosen(_moment(n))) for n in numbers),
        ((n, source, _moment(n), _moment(n)) for n in numbers for source in ("booking", "whitelabel")),
        ((n, source, NOW) for n in numbers for source in ("booking", "whitelabel")),
        ((n, tokens.digest(live.get(n) or secrets.token_hex(32)), NOW, LATER, NOW) for n in numbers),
    )
    with closing(sqlite3.connect(database)) as db:
        db.executescript("PRAGMA journal_mode=wal; PRAGMA synchronous=0;")
        for statement, values in zip(_ACCOUNTS, rows, strict=True):
            db.executemany(statement, values)
        db.commit()
        db.execute("ANALYZE")
    return told


def _moment(number: int) -> str:
    """Return when somebody chose: nobody's rows read as another's do, so what is kept for one serves nobody else."""
    return f"2026-11-22T10:00:00.{number % 1_000_000:06}+00:00"


def _chosen(at: str) -> str:
    return json.dumps({"location.level": ["approximate", 1, at], "marketing.events.email": ["off", 1, at]})


@contextmanager
def server(target: str, port: int, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a WSGI application with the server that the portal uses: one process, one thread."""
    command = [sys.executable, "-m", "granian", target, "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environ, cwd=ROOT)
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def portal(folder: Path, accounts: int, running: ExitStack) -> tuple[int, list[str]]:
    """Serve a portal with so many accounts; return its port and tokens of sessions."""
    port = free_port()
    environ = environment(folder, port)
    migrate(environ)
    told = fill(folder / "portal.db", accounts)
    running.enter_context(server("wsgi:app", port, environ))
    return port, told


@contextmanager
def plain(folder: Path, page: bytes) -> Iterator[int]:
    """Serve a plain Flask and Jinja page of these bytes at /location, the baseline; yield its port."""
    port, file = free_port(), folder / "page.html"
    file.write_bytes(b"{% raw %}" + page + b"{% endraw %}")
    with server("benchmarks.plain:app", port, {**environment(folder / "plain", port), "PLAIN_PAGE": str(file)}):
        yield port


def wait_for(port: int, patience: float = 30) -> None:
    """Wait until something listens."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise TimeoutError(f"nothing listens at {port}")


def request(path: str, port: int, cookie: str = "", more: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    cookies = f"Cookie: session={cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{cookies}{more}\r\n".encode()


def tap(path: str, port: int, cookie: str, body: str) -> bytes:
    """Return a form as htmx posts it from a page of the portal."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: session={cookie}\r\n"
    head += f"HX-Request: true\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode()


def answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read one answer with a Content-Length; return head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < size:
        body += connection.recv(65536)
    return head, body


def fetch(port: int, path: str, cookie: str = "", more: str = "") -> tuple[bytes, bytes]:
    """Fetch one page and return head and body."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        connection.sendall(request(path, port, cookie, more))
        return answer(connection)


def rate(port: int, requests: Sequence[bytes], seconds: float) -> float:
    """Return requests a second over one connection that is kept alive, each answer read whole and seen to be 200."""
    count = 0
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        begun = time.perf_counter()
        while (spent := time.perf_counter() - begun) < seconds:
            connection.sendall(requests[count % len(requests)])
            head, _ = answer(connection)
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            count += 1
    return count / spent
