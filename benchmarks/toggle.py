"""How fast is a switch on `/marketing`, with a million accounts?

Each request is a choice posted as htmx posts it, by one of many people, turned on and off again: the answer comes after
its event, the standing, the dirty row of each system and the line of the log are committed. Measured against the plain
page of the `page` benchmark, which reads and writes nothing, on the same server and in turn with it.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import stage

PAIRS, SECONDS = 9, 2.0
EVENTS = "marketing.events.email"


def measure(folder: Path) -> None:
    """Measure and print one line; what was answered must also have been written."""
    with ExitStack() as running:
        port, told = stage.portal(folder / "portal", stage.MANY, running)
        plain = running.enter_context(stage.plain(folder, stage.fetch(port, "/location", told[0])[1]))
        taps = [stage.tap("/marketing", port, token, f"{EVENTS}={state}") for state in ("on", "off") for token in told]
        rounds = [
            (stage.rate(port, taps, SECONDS), stage.rate(plain, [stage.request("/location", plain)], SECONDS))
            for _ in range(PAIRS)
        ]
    _see(folder / "portal" / "portal.db", least=SECONDS * sum(taps for taps, _ in rounds) * 0.9)
    value, base = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(tapped / drawn for tapped, drawn in rounds)
    stage.say("toggle", value, "requests/s", baseline=base, ratio=ratio, goal=0.35, n=PAIRS)


def _see(database: Path, least: float) -> None:
    """See that the events are there, and that nobody's standing differs from their newest one."""
    with closing(sqlite3.connect(database)) as db:
        (events,) = db.execute("SELECT count(*) FROM consent_events").fetchone()
        (apart,) = db.execute(
            """SELECT count(*) FROM standing JOIN (SELECT subject_id AS whose, max(id) AS newest FROM consent_events
            GROUP BY subject_id) ON whose = subject_id WHERE newest <> event"""
        ).fetchone()
    assert events > least, (events, least)
    assert apart == 0, apart


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
