"""How long does a page of the staff's queue take, with 10,000 open of 1,000,000 requests and with ten?

Each is the query as the desk asks it, for as many rows as both have: ten. The two take turns, so that what else the
machine does falls on both; the ratio is the median of the pairs, and what is printed as the value is milliseconds.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks import stage

CASES, OPEN, FEW, ROWS = 1_000_000, 10_000, 10, 10
PAIRS, TIMES = 25, 40
_ROW = """INSERT INTO cases (id, reference, kind, state, channel, country, language, acting, contact_hash, profile,
own_profile, received_at, acknowledge_by, complete_by, waiting, assignee, is_test, fence, attempts, closed_at,
snoozed_until)
VALUES (?, ?, ?, ?, 'form', '', 'en', 'self', '', 'vn', '', ?, '2026-11-24', ?, '', ?, 0, 0, 0, ?, ?)"""


def measure(folder: Path) -> None:
    """Measure and print one line."""
    for name, waiting in (("many", OPEN), ("few", FEW)):
        environ = stage.environment(folder / name, stage.free_port())
        stage.migrate(environ)
        fill(folder / name / "portal.db", waiting)
    pages = {name: folder / name for name in ("many", "few")}
    rounds = [{name: _seconds(place) for name, place in pages.items()} for _ in range(PAIRS)]
    many, few = (statistics.median(one[name] for one in rounds) * 1000 for name in ("many", "few"))
    ratio = statistics.median(one["many"] / one["few"] for one in rounds)
    stage.say("queue", many, "ms a page", baseline=few, ratio=ratio, goal=1.2, n=PAIRS)


def fill(database: Path, waiting: int) -> None:
    """Lay down a million requests, so many of them open; one open one in five rests, and one in three has somebody."""
    with closing(sqlite3.connect(database)) as db:
        db.executescript("PRAGMA journal_mode=wal; PRAGMA synchronous=0;")
        db.executemany(_ROW, (_row(number, waiting) for number in range(1, CASES + 1)))
        db.commit()
        db.execute("ANALYZE")


def _row(number: int, waiting: int) -> tuple[object, ...]:
    is_open = number % (CASES // waiting) == 0
    place = number // (CASES // waiting)
    kind = ("complaint", "inquiry", "correction", "download")[number % 4]
    due = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    rests = stage.LATER if is_open and waiting > FEW and place % 5 == 0 else None
    closed = None if is_open else stage.NOW
    state = "open" if is_open else "fulfilled"
    return (number, f"R-{number:07}", kind, state, stage.NOW, due, number % 3 or None, closed, rests)


def _seconds(place: Path) -> float:
    """Return how long a page takes, the median of some; each is asked for ten rows and must give them."""
    from portal import config
    from portal.cases.service import queue
    from portal.kernel import db

    settings = config.from_environment({**os.environ, **stage.environment(place, 1)})
    config.use(settings)
    opened, taken = db.connect(settings.database_url), list[float]()
    for _ in range(TIMES):
        begun = time.perf_counter()
        page = queue.page(queue.Filters(), 1, limit=ROWS)
        taken.append(time.perf_counter() - begun)
        assert len(page.rows) == ROWS, len(page.rows)
    opened.close()
    return statistics.median(taken)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
