"""How soon is a page told what is held of a person with 2,000,000 bookings, over databases of every engine?

One portal is connected to three databases with so many rows of the person in each. The value is the time of the page
that asks them all, through a server, the first time and the median; the goal is half a second. The baseline is counting
to the end by `SELECT COUNT(*)`, one system after another, on connections that are open. Where a page stopped counting
it says so.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import clicks, crowded, stage

ROWS, TIMES, GOAL = 2_000_000, 9, 0.5
PAGES = ("/data", "/download", "/deletion")


def measure(folder: Path) -> None:
    """Measure and print a line a page."""
    with ExitStack() as running:
        urls = {
            engine: crowded.build(server, "crowded", ROWS)
            for engine, server in crowded.servers(running, folder).items()
        }
        place = folder / "portal"
        port = stage.free_port()
        environ = stage.environment(place, port) | crowded.manifests(place / "sources", urls)
        stage.migrate(environ)
        cookie = clicks.sign_in(place / "portal.db", environ)
        running.enter_context(stage.server("wsgi:app", port, environ))
        for path in PAGES:
            first = page(port, path, cookie)
            stage.say(f"preview, {path}, first", first, "s", baseline=GOAL, ratio=first / GOAL, goal=1.0, n=1)
            rounds = [(page(port, path, cookie), counted(urls)) for _ in range(TIMES)]
            value, base = (statistics.median(found) for found in zip(*rounds, strict=True))
            ratio = statistics.median(spent / exact for spent, exact in rounds)
            stage.say(f"preview, {path}", value, "s", baseline=base, ratio=ratio, goal=GOAL / base, n=TIMES)


def page(port: int, path: str, cookie: str) -> float:
    """Return how long a page takes that tells of every system; none may be late or silent, and none be told short."""
    begun = time.perf_counter()
    head, body = stage.fetch(port, path, cookie)
    spent = time.perf_counter() - begun
    assert head.startswith(b"HTTP/1.1 200"), head[:300]
    assert body.count(b"10,000+") >= len(crowded.NAMES), body.decode()
    return spent


def counted(urls: dict[str, str]) -> float:
    """Return how long counting to the end takes."""
    with ExitStack() as opened:
        cursors = [opened.enter_context(closing(crowded.connect(url))).cursor() for url in urls.values()]
        begun = time.perf_counter()
        for cursor in cursors:
            cursor.execute(f"SELECT COUNT(*) FROM bookings WHERE user_id = {crowded.PERSON}")
            assert cursor.fetchone()[0] == ROWS
        return time.perf_counter() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
