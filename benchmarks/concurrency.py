"""How long do eight copies take with two workers, measured against one?

Eight people each have 50,000 bookings in one database. Their copies are asked for while no worker runs; then workers
that do nothing else begin together, and the time ends with the last copy. One worker and two take turns.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import crowded, export, stage

COPIES, ROWS, PAIRS, GOAL = 8, 50_000, 5, 0.65
_ASKED = """
import os
from portal import config, start, worker
from portal.cases import service as cases
from portal.download import service
from portal.download.choice import Choice
from portal.kernel.db import atomic
from portal.sources.base import Identifier
from portal.subjects import service as subjects
start.open_house(config.from_environment(os.environ))
for number in range({copies}):
    subject, _ = subjects.verified(Identifier("email", f"nr{{number + 1}}@example.com"))
    subjects.refresh(subject)
    with atomic():
        case = cases.open_case(service.KIND, subject)
        service.start(case, "en", Choice(tables={{"sqlite": ("bookings",)}}))
"""
_WORKER = """
import os, sys
from portal import config, start, worker
from portal.kernel import work
start.open_house(config.from_environment(os.environ))
print("ready", flush=True)
sys.stdin.read()
while work.run("downloads"):
    pass
"""


def measure(folder: Path) -> None:
    """Measure and print one line."""
    url = crowded.build(f"sqlite:///{folder}/", "shared", COPIES * ROWS)
    with closing(sqlite3.connect(folder / "shared")) as db:
        db.execute(f"UPDATE bookings SET user_id = 1 + id % {COPIES}")
        db.execute(f"UPDATE users SET email = 'nr{crowded.PERSON}@example.com' WHERE id = {crowded.PERSON}")
        db.commit()
        db.execute("VACUUM")
    places = iter(range(2 * PAIRS))
    rounds = [{n: seconds(folder / f"portal-{next(places)}", url, n) for n in (1, 2)} for _ in range(PAIRS)]
    two, one = (statistics.median(found[n] for found in rounds) for n in (2, 1))
    ratio = statistics.median(found[2] / found[1] for found in rounds)
    stage.say("concurrency", two, "s", baseline=one, ratio=ratio, goal=GOAL, n=PAIRS)


def seconds(folder: Path, url: str, workers: int) -> float:
    """Return how long so many workers take for all copies, from when they are ready to when the last is made."""
    environ = export.portal(folder, {"sqlite": url})
    subprocess.run([sys.executable, "-c", _ASKED.format(copies=COPIES)], env=environ, cwd=stage.ROOT, check=True)
    with ExitStack() as running:
        begun = [running.enter_context(_worker(environ)) for _ in range(workers)]
        for process in begun:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        clock = time.perf_counter()
        for process in begun:
            assert process.stdin is not None
            process.stdin.close()
        for process in begun:
            assert process.wait() == 0
        spent = time.perf_counter() - clock
    with closing(sqlite3.connect(folder / "portal.db")) as db:
        assert db.execute("SELECT state, count(*) FROM downloads").fetchall() == [("ready", COPIES)]
    return spent


def _worker(environ: dict[str, str]) -> subprocess.Popen[str]:
    # Each in a session of its own, as services are: Linux may share a busy machine out by sessions.
    pipe, command = subprocess.PIPE, [sys.executable, "-c", _WORKER]
    return subprocess.Popen(
        command, env=environ, cwd=stage.ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
