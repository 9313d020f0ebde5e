"""What goes over the wire: the first visit of `/overview` with all its files, and one region."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from benchmarks import stage

FIRST, REGION = 45_000, 4_000  # bytes


def measure(folder: Path) -> None:
    """Measure and print both lines; as a browser does, with compression asked for."""
    port = stage.free_port()
    environ = stage.environment(folder, port)
    stage.migrate(environ)
    told = stage.fill(folder / "portal.db", stage.FEW)
    zipped = "Accept-Encoding: gzip, br\r\n"
    with stage.server("wsgi:app", port, environ):
        _, page = stage.fetch(port, "/overview", told[0])
        files = sorted(set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page)))
        parts = [stage.fetch(port, path, told[0], zipped) for path in ("/overview", *(file.decode() for file in files))]
        region = stage.fetch(port, "/location", told[0], zipped + "HX-Request: true\r\n")
    weight = sum(len(head) + len(body) for head, body in parts)
    stage.say("weight of a first visit", weight, "bytes", baseline=FIRST, ratio=weight / FIRST, goal=1, n=len(parts))
    small = len(region[0]) + len(region[1])
    stage.say("weight of a region", small, "bytes", baseline=REGION, ratio=small / REGION, goal=1, n=1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
