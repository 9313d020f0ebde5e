"""How quickly does `portal import` take in a list, and does a list ten times as long need more memory?

Addresses that nobody here knows, which is what most of a list is. The value is rows a second of the long list; the
ratio is its memory by that of the short one, each in a process of its own, without the pages of the database file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import stage

SHORT, LONG = 10_000, 100_000


def measure(folder: Path) -> None:
    """Measure and print one line."""
    peaks, seconds = {}, 0.0
    for rows in (SHORT, LONG):
        environ = stage.environment(folder / str(rows), stage.free_port())
        stage.migrate(environ)
        file = folder / f"{rows}.csv"
        with file.open("w", encoding="utf-8") as written:
            written.write("email,purpose,channel,at\n")
            written.writelines(f"nr{row}@example.com,marketing.events,email,2024-03-02\n" for row in range(rows))
        begun = time.perf_counter()
        peaks[rows] = _peak(environ, file)
        seconds = time.perf_counter() - begun
    stage.say(
        "imports", LONG / seconds, "rows a second", baseline=peaks[SHORT], ratio=peaks[LONG] / peaks[SHORT], goal=1.2,
        n=LONG,
    )  # fmt: skip


def _peak(environ: dict[str, str], file: Path) -> float:
    """Import a file in a process of its own and return its own memory at the end, in MiB."""
    words = [sys.executable, "-m", "benchmarks.imports", "--import", str(file)]
    done = subprocess.run(words, env={**os.environ, **environ}, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def carry_out(file: str) -> None:
    """Be that process."""
    from portal.cli import main

    assert main(["import", "suppressions", file, "--source", "benchmark"]) == 0
    [own] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon")]
    print(int(own.split()[1]) / 1024)


if __name__ == "__main__":
    if "--import" in sys.argv:
        carry_out(sys.argv[-1])
    else:
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name))
