"""How long does the search for somebody's address and number take, after the erasure, against a plain LIKE scan?

Both read the same columns of the same tables whole: a million people, and a million events with a text of a hundred
signs each, in which addresses of others stand. Plain is one statement a table that counts rows LIKE the address or LIKE
the number, as it is written; the search of the portal finds every spelling. Both in turn; the ratio is the median.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import stage, systems
from benchmarks.systems import PERSON, System
from portal.sources.sql import SqlSource

PAIRS = 7
_TEXTS = {"people": ("email", "phone", "full_name"), "events": ("place", "remark")}


def measure(engine: str, folder: Path) -> None:
    """Measure on one engine and print its line."""
    with systems.running(engine, folder) as empty:
        system = next(empty)
        system.fill(stage.MANY, 1)
        source = system.source("delete")
        known = source.traced(PERSON)
        source.erase(known, "R-1")
        statements = [_plain(system, table) for table in _TEXTS]
        pairs = []
        for _ in range(PAIRS):
            plain = _timed(lambda: [system.run(statement) for statement in statements])
            pairs.append((_timed(partial(_swept, source)), plain))
    ours, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    stage.say(f"proof {engine}", ours, "s", baseline=plain, ratio=ratio, goal=1.3, n=stage.MANY)


def _plain(system: System, table: str) -> str:
    sought = ("person7@example.com", "912345678")
    sign = "%"
    alike = " OR ".join(f"{column} LIKE '{sign}{one}{sign}'" for column in _TEXTS[table] for one in sought)
    return f"SELECT COUNT(*) FROM {table} WHERE {alike}"


def _swept(source: SqlSource) -> None:
    found = source.sweep(PERSON)
    assert {one.why for one in found} <= {"others"}, found


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for engine in sys.argv[1:] or systems.ENGINES:
            measure(engine, Path(name))
