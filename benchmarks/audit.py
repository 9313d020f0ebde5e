"""How fast is the log verified, a million events long, of which one was changed?

The log is recorded as the portal records it and sealed by its sealer. Measured against the least that could be done: to
read the same columns with the standard library and hash each row. Both in turn, in one process; each verification
must name the one event that was changed, missing or inserted, and nothing else.
"""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks import stage
from portal import migrations
from portal.kernel import audit, db

PEOPLE = 50_000
Found = TypeVar("Found")
CHANGES = {
    "changed": "UPDATE audit_events SET actor = 'staff:1' WHERE id = 500001",
    "missing": "DELETE FROM audit_events WHERE id = 700001",
    "inserted": """INSERT INTO audit_events SELECT 2000000, at, name, subject, actor, keys, seal FROM audit_events
    WHERE id = 300001""",
}


def measure(folder: Path) -> None:
    """Measure and print one line; what was changed must have been found."""
    file = folder / "portal.db"
    db.connect(f"sqlite:///{file}")
    migrations.up()
    _fill(file)
    assert audit.seal() == stage.MANY
    rounds = []
    for what in CHANGES:
        with _tampered(file, what) as opened:
            report, spent = _timed(audit.verify)
            assert [finding.what for finding in report.findings] == [what], report.findings
            assert report.rows == stage.MANY
            rounds.append((stage.MANY / spent, stage.MANY / _timed(partial(_read, opened))[1]))
    value, base = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(verified / read for verified, read in rounds)
    stage.say("audit", value, "rows/s", baseline=base, ratio=ratio, goal=100_000, n=stage.MANY)


def _fill(file: Path) -> None:
    keys = (f'{{"choice": {n}, "purpose": "marketing.events.email", "state": "on"}}' for n in range(stage.MANY))
    rows = ((stage.NOW, n % PEOPLE, text) for n, text in enumerate(keys))
    with closing(sqlite3.connect(file)) as opened, opened:
        append = (
            "INSERT INTO audit_events (at, name, subject, actor, keys) VALUES (?, 'consents.chosen', ?, 'person', ?)"
        )
        opened.executemany(append, rows)


@contextmanager
def _tampered(file: Path, what: str) -> Iterator[sqlite3.Connection]:
    """Change the log as whoever owns the file can, and take it back."""
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM audit_events WHERE id IN (500001, 700001)")
        for (guard,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            if guard.startswith("audit_events"):
                opened.execute(f"DROP TRIGGER {guard}")
        opened.execute(CHANGES[what])
        opened.commit()
        yield opened
        opened.execute("DELETE FROM audit_events WHERE id = 2000000")
        opened.execute("REPLACE INTO audit_events SELECT * FROM kept")
        opened.commit()


def _read(opened: sqlite3.Connection) -> None:
    """Read every row and hash it."""
    for row in opened.execute("SELECT id, at, name, subject, actor, keys FROM audit_events ORDER BY id"):
        hashlib.sha256("\0".join(map(str, row)).encode()).digest()


def _timed(act: Callable[[], Found]) -> tuple[Found, float]:
    begun = time.perf_counter()
    return act(), time.perf_counter() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
