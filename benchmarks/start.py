"""How long until `portal serve` answers a page, and how much memory its web process then takes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import stage

STARTS = 7
SECONDS, MEGABYTES = 1.5, 130


def measure(folder: Path) -> None:
    """Measure and print both lines; the baseline is a Python that imports Flask."""
    port = stage.free_port()
    environ = stage.environment(folder, port)
    stage.migrate(environ)
    told = stage.fill(folder / "portal.db", stage.FEW)
    rounds = [_start(environ, port, told[0]) for _ in range(STARTS)]
    bare = statistics.median(_bare() for _ in range(STARTS))
    seconds, memory = statistics.median(spent for spent, _ in rounds), max(size for _, size in rounds)
    stage.say("start", seconds, "s", baseline=bare, ratio=seconds / SECONDS, goal=1, n=STARTS)
    stage.say("memory of a web process", memory, "MB", baseline=MEGABYTES, ratio=memory / MEGABYTES, goal=1, n=STARTS)


def _start(environ: dict[str, str], port: int, token: str) -> tuple[float, float]:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "serve", "--port", str(port)], env=environ, cwd=stage.ROOT
    )
    try:
        stage.wait_for(port)
        head, _ = stage.fetch(port, "/location", token)
        spent = time.perf_counter() - begun
        assert head.startswith(b"HTTP/1.1 200"), head[:200]
        return spent, max(_resident(pid) for pid in _family(process.pid))
    finally:
        process.terminate()
        process.wait()


def _bare() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask"], check=True)
    return time.perf_counter() - begun


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
