"""How much longer than plain SQL does an erasure take, read again and recorded in the audit log?

Plain is what somebody would type who knows keys and tables: one transaction with a DELETE or UPDATE of the rows and an
UPDATE of the person, over a connection that is open already. Both in turn on the same rows, put back each time; ratios
are medians of the pairs. At 10 and 10,000 rows the figure is how many seconds are added. `among` compares one person
among a million with the same among a thousand; which is first changes, for what puts rows back among a million leaves
nothing of the other in the processor's memory.
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
from benchmarks.systems import PERSON, WHO, System
from portal import migrations
from portal.kernel import audit, db
from portal.sources.sql import SqlSource

PAIRS, FEW_PAIRS, AMONG_PAIRS = 5, 15, 31
SMALL, MIDDLE, LARGE = 10, 10_000, 200_000
_PLAIN = {
    "delete": f"DELETE FROM events WHERE person_id = {WHO}",
    "anonymise": f"UPDATE events SET place = NULL, remark = 'removed' WHERE person_id = {WHO}",
}
_PERSON = f"UPDATE people SET email = NULL, phone = NULL, full_name = 'Former person' WHERE id = {WHO}"


def measure(engine: str, folder: Path) -> None:
    """Measure on one engine and print its lines."""
    with systems.running(engine, folder) as empty:
        for rows in (SMALL, MIDDLE, LARGE):
            system = next(empty)
            system.fill(stage.FEW, rows)
            system.keep()
            for action in _PLAIN:
                _compare(system, action, rows)
        _among(next(empty), next(empty), engine)


def _compare(system: System, action: str, rows: int) -> None:
    source, pairs = system.source(action), []
    for _ in range(PAIRS if rows == LARGE else FEW_PAIRS):
        system.restore()
        plain = _timed(partial(_plainly, system, action))
        system.restore()
        pairs.append((_timed(partial(_portal, source)), plain))
    ours, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    name = f"erase {action} {rows} {system.engine}"
    if rows == LARGE:
        ratio = statistics.median(one / other for one, other in pairs)
        stage.say(name, ours, "s", baseline=plain, ratio=ratio, goal=2, n=len(pairs))
    else:
        added = statistics.median(one - other for one, other in pairs)
        stage.say(name, added, "s added", baseline=plain, ratio=ours / plain, goal=0.25, n=len(pairs))


def _among(many: System, few: System, engine: str) -> None:
    for system, people in ((many, stage.MANY), (few, stage.FEW)):
        system.fill(people, 100)
        system.keep()
    sources, pairs = {system: system.source("delete") for system in (many, few)}, []
    for turn in range(AMONG_PAIRS):
        many.restore()
        few.restore()
        taken = {}
        for system in (many, few) if turn % 2 else (few, many):
            _portal_read(sources[system])
            taken[system] = _timed(partial(_portal, sources[system]))
        pairs.append((taken[many], taken[few]))
    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    stage.say(f"erase among {stage.MANY} {engine}", one, "s", baseline=other, ratio=ratio, goal=1.2, n=len(pairs))


def _plainly(system: System, action: str) -> None:
    for statement in ("BEGIN", _PLAIN[action], _PERSON, "COMMIT"):
        system.run(statement)


def _portal(source: SqlSource) -> None:
    assert source.erase(PERSON, "R-1").done
    assert source.remaining(PERSON) == {}
    audit.record("deletion.proven", subject=WHO, actor="worker", reference="R-1", source=source.id)


def _portal_read(source: SqlSource) -> None:
    """Read what lies in the memory of an engine that is asked often."""
    source.remaining(PERSON)


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def main(engines: list[str]) -> None:
    """Measure on every engine, or on those named."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db.connect(f"sqlite:///{folder / 'portal.db'}")
        migrations.up()
        audit.declare("deletion.proven", "reference", "source")
        for engine in engines or systems.ENGINES:
            measure(engine, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
