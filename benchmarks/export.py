"""How long does a copy of one person's 200,000 bookings take, as JSON and as CSV, and how much memory?

The baseline does the same plainly: the driver's streaming cursor, orjson and csv, both files into a ZIP at zlib 6. The
portal is measured as its worker works: claimed by lease, counted and read in one snapshot, laid down, packed with
hashes, page and manifest, published, recorded. It is run packing with zlib 6 too and with ISA-L, in turn with the
baseline, each run in a process of its own. Memory is what a worker needs at most above what it had before it began.
At last: from the click to an archive of ten rows, through a server and a worker.

`make bench-long` asks for two million rows, three times each.
"""

from __future__ import annotations

import csv
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from multiprocessing import get_context
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from benchmarks import clicks, crowded, stage

ROWS, TIMES = 200_000, 5
MANY_ROWS, FEW_TIMES = 2_000_000, 3
TOGETHER = 2000
MEMORY, GOALS = 64.0, {"zlib": 1.3, "isal": 1.0}
TITLES = {"zlib": "zlib 6", "isal": "ISA-L"}


@dataclass(frozen=True)
class Made:
    """How long it took, and the most memory above what was in use before, in MB."""

    seconds: float
    memory: float


def measure(folder: Path, rows: int, times: int) -> None:
    """Measure and print the lines of each engine."""
    with ExitStack() as running:
        for engine, server in crowded.servers(running, folder).items():
            url, title = (
                crowded.build(server, f"bookings_{rows}", rows),
                f"export, {crowded.NAMES[engine]}, {rows:,} rows",
            )
            at = portal(folder / f"{engine}-{rows}", {engine: url})
            ways: dict[str, Callable[[], Made]] = {
                "raw": lambda url=url: apart(raw, url, rows, folder),  # type: ignore[misc]
                "zlib": lambda engine=engine, at=at: apart(product, engine, rows, at, "zlib"),  # type: ignore[misc]
                "isal": lambda engine=engine, at=at: apart(product, engine, rows, at, "isal"),  # type: ignore[misc]
            }
            rounds = [{way: make() for way, make in ways.items()} for _ in range(times)]
            for way, goal in GOALS.items():
                value, base = (statistics.median(one[name].seconds for one in rounds) for name in (way, "raw"))
                ratio = statistics.median(one[way].seconds / one["raw"].seconds for one in rounds)
                stage.say(f"{title}, {TITLES[way]}", value, "s", baseline=base, ratio=ratio, goal=goal, n=times)
            most = max(one[way].memory for one in rounds for way in GOALS)
            stage.say(f"{title}, memory", most, "MB", baseline=MEMORY, ratio=most / MEMORY, goal=1.0, n=2 * times)


def measure_click(folder: Path) -> None:
    """Measure and print how long it is from the click to an archive of ten rows."""
    url = crowded.build(f"sqlite:///{folder}/", "few", 10)
    environ = portal(folder / "click", {"sqlite": url})
    waits = clicks.waits(folder / "click", environ, TIMES)
    value = statistics.median(waits)
    stage.say("export, 10 rows from the click", value, "s", baseline=1.0, ratio=value, goal=1.0, n=TIMES)


def portal(folder: Path, urls: Mapping[str, str]) -> dict[str, str]:
    """Make a portal over these databases; return its settings."""
    environ = stage.environment(folder, stage.free_port()) | crowded.manifests(folder / "sources", dict(urls))
    stage.migrate(environ)
    return environ


def apart(act: Callable[..., Made], *given: Any) -> Made:
    """Do it in a process of its own, so that nothing is warm and memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(act, *given).result()


def raw(url: str, rows: int, folder: Path) -> Made:
    """Do the same plainly."""
    before, begun = _memory_now(), time.perf_counter()
    with ZipFile(folder / "raw.zip", "w", ZIP_DEFLATED, compresslevel=6) as archive, tempfile.TemporaryFile() as table:
        text, count = TextIOWrapper(table, "utf-8", newline=""), 0
        lines = csv.writer(text)
        lines.writerow(crowded.COLUMNS)
        with archive.open("bookings.json", "w", force_zip64=True) as entry:
            for some in crowded.fetched(url, TOGETHER):
                entry.write(b",\n" if count else b"[\n")
                named = (dict(zip(crowded.COLUMNS, row, strict=True)) for row in some)
                entry.write(b",\n".join(orjson.dumps(row, default=str) for row in named))
                lines.writerows(some)
                count += len(some)
            entry.write(b"\n]\n")
        text.flush()
        table.seek(0)
        with archive.open("bookings.csv", "w", force_zip64=True) as entry:
            copyfileobj(table, entry, 1 << 18)
    assert count == rows, count
    return Made(time.perf_counter() - begun, _most_memory() - before)


def product(engine: str, rows: int, environ: dict[str, str], way: str) -> Made:
    """Let a worker make a copy of one category."""
    os.environ.update(environ)
    if way == "zlib":
        sys.modules["isal"] = None  # type: ignore[assignment] # as where the extra is not installed
    from portal import config, start, worker  # noqa: F401 - declares what workers do
    from portal.cases import service as cases
    from portal.download import files, service
    from portal.download.choice import Choice
    from portal.kernel import work
    from portal.kernel.db import atomic
    from portal.sources.base import Identifier
    from portal.subjects import service as subjects

    start.open_house(config.from_environment(os.environ))
    subject, _ = subjects.verified(Identifier("email", crowded.EMAIL))
    subjects.refresh(subject)
    with atomic():
        case = cases.open_case(service.KIND, subject)
        asked = service.start(case, "en", Choice(tables={engine: ("bookings",)}))
    before, begun = _memory_now(), time.perf_counter()
    work.run("downloads")
    made = Made(time.perf_counter() - begun, _most_memory() - before)
    archive = service.load(case.reference, subject)
    assert archive.state == "ready", archive.state
    assert service.progress(archive).systems[0][1].rows == rows
    files.erase(asked.case.reference)
    return made


def _memory_now() -> float:
    """Return what is in use, and begin anew to watch for the most."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _most_memory() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    is_long = "long" in sys.argv
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), *((MANY_ROWS, FEW_TIMES) if is_long else (ROWS, TIMES)))
        if not is_long:
            measure_click(Path(name))
