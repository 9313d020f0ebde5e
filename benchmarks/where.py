"""Where the time of a page and of a switch goes: each statement of ours, what is left, and the plain page beside it.

In one process and without a server, so that a figure is the portal's own; in microseconds. Each is what the
quickest tenth of the requests stays below: so neither other processes are in it, nor the few commits that copy SQLite's
log into its file.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks import stage

TIMES = 4000
PORT = 8000


def measure(folder: Path) -> None:
    """Measure and print a line each."""
    environ = stage.environment(folder, PORT)
    stage.migrate(environ)
    told = stage.fill(folder / "portal.db", stage.FEW)
    os.environ.update(environ)
    from portal.app import application

    app, body = application(), b"marketing.events.email=%s"
    page = [_asked("/location", token) for token in told]
    taps = [_asked("/marketing", token, body % state) for state in (b"on", b"off") for token in told]
    for name, requests in (("page", page), ("switch", taps)):
        _say(name, app, requests)
    (folder / "page.html").write_bytes(b"{% raw %}" + b"".join(app(page[0], _heard)) + b"{% endraw %}")
    os.environ["PLAIN_PAGE"] = str(folder / "page.html")
    from benchmarks.plain import app as plain

    _say("plain page", plain, page)


def _say(name: str, app: Any, requests: list[dict[str, Any]]) -> None:
    from portal.kernel import db, work

    spent: dict[str, list[float]] = defaultdict(list)
    db.database.obj.query_hooks[:] = [lambda event: spent[_named(event.sql)].append(event.duration)]
    with (
        patch.object(db.database.obj, "commit", _clocked(db.database.obj.commit, spent["COMMIT"])),
        patch.object(work.queue().storage, "enqueue", _clocked(work.queue().storage.enqueue, spent["the queue"])),
    ):
        whole = list(_timed(app, requests))
    left = _least(whole)
    print(f"{name:12} {left * 1e6:6.0f}")
    for statement, times in sorted((statement, times) for statement, times in spent.items() if times):
        each = _least(times) * len(times) / TIMES
        left -= each
        print(f"{'':12} {each * 1e6:6.0f}  {statement}")
    print(f"{'':12} {left * 1e6:6.0f}  all the rest")


def _timed(app: Any, requests: list[dict[str, Any]]) -> Iterator[float]:
    for number in range(TIMES):
        asked = dict(requests[number % len(requests)])
        asked["wsgi.input"] = io.BytesIO(asked["body"])
        begun = time.perf_counter()
        answer = app(asked, _heard)
        b"".join(answer)
        yield time.perf_counter() - begun


def _least(times: list[float]) -> float:
    return statistics.quantiles(times, n=10)[0] if len(times) > 1 else times[0]


def _clocked(act: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def clocked(*facts: Any) -> None:
        begun = time.perf_counter()
        act(*facts)
        spent.append(time.perf_counter() - begun)

    return clocked


def _asked(path: str, token: str, body: bytes = b"") -> dict[str, Any]:
    """Return a request as the server hands it on: a page asked for, or a form as htmx posts it."""
    post = {"HTTP_HX_REQUEST": "true", "HTTP_SEC_FETCH_SITE": "same-origin", "CONTENT_LENGTH": str(len(body))}
    post["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    return {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(PORT),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": f"localhost:{PORT}",
        "HTTP_COOKIE": f"session={token}",
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "body": body,
        **(post if body else {}),
    }


def _heard(status: str, headers: Any, *failure: Any) -> Any:
    assert status.startswith("200"), status


def _named(sql: str) -> str:
    return " ".join(sql.split())[:60]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
