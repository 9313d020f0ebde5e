"""Erasing many rows: each step by ranges of its table's key, each range a short transaction of its own.

Whoever else writes there waits for one range and not for all of them. Between two ranges every constraint holds, for
rows go before those they refer to. What a kill leaves is found by the same conditions when it is asked again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from portal.kernel import failpoints
from portal.kernel.problems import SourceUnavailable
from portal.sources import values
from portal.sources.base import Person
from portal.sources.sql import triggers
from portal.sources.sql.erasure import Plan, Step, lock, plan, together, whole
from portal.sources.sql.files import NO_FILES, Cabinet
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.session import Session
from portal.sources.sql.statement import NEVER, Sql, bound, either, joined

SMALL = 20_000  # rows that are erased in one transaction
AIM, LONGEST = 0.2, 0.45  # seconds that a range should take, and after which it is given up and halved
FIRST, LEAST, GROWTH = 5_000, 50, 4  # rows of the first range, of the smallest, and how much larger the next may be
FIRST_MARKED = 200_000  # rows of the first range where they are only marked as gone
TIMES = 5  # that rows which were written meanwhile are gone after

Key = Sequence[Any]


class Pace:
    """How many rows one range has: learnt from how long the last ones took. It also tells when others get a turn."""

    def __init__(self, rows: int, breath: float) -> None:
        self.rows, self._rate, self._breath, self._held = rows, 0.0, breath, 0.0
        self.trusting = True  # in what the engine expects; until that was wrong

    def learn(self, rows: int, seconds: float) -> None:
        """Take as many as should be done in time, by what the last range took."""
        self._held += seconds
        if rows >= min(self.rows, FIRST) // 2:  # one with few rows tells nothing
            rate = rows / max(seconds, 1e-6)
            self._rate = min(rate, (rate + self._rate) / 2) if self._rate else rate  # quick to slow down
            self.rows = max(LEAST, min(int(self._rate * AIM), self.rows * GROWTH))

    def halve(self) -> bool:
        """Take fewer after one that was given up; tell whether that is possible."""
        before = self.rows, self.trusting
        self.rows, self.trusting = max(LEAST, self.rows // 4), False
        self._rate /= 4
        return (self.rows, self.trusting) != before

    def rest(self) -> None:
        """Wait a moment where the engine lets nobody in between by itself, before one range more would be too much."""
        if self._held + AIM > LONGEST:
            time.sleep(self._breath)
            self._held = 0.0


def is_large(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> bool:
    """Tell whether one transaction would hold too many rows; counts no further than that matters."""
    reach, left = Reach(ground, person), SMALL
    for name, table in ground.manifest.tables.items():
        if only is None or name in only:
            some = Sql(f"SELECT 1 FROM {ground.from_(table)} WHERE ") + reach.rows(table) + f" LIMIT {left + 1}"
            left -= session.count("SELECT COUNT(*) FROM (" + some + ") AS portal_some")
        if left < 0:
            return True
    return False


def erase(
    session: Session,
    ground: Ground,
    person: Person,
    only: Collection[str] | None = None,
    cabinet: Cabinet = NO_FILES,
) -> dict[str, int]:
    """Erase in one transaction where that is short, else a range at a time; return rows deleted or changed by table.

    All of it is one transaction, too, where tables refer to each other in a circle that only the end of one can close.
    """
    if not is_large(session, ground, person, only):
        try:
            with session.transaction("erasure", LONGEST):
                return triggers.erase(session, ground, person, only, cabinet)
        except SourceUnavailable as slow:
            if not session.gave_up(slow):
                raise
    erased = _in_ranges(session, ground, person, only, cabinet)
    with session.transaction("erasure"):
        if not triggers.have_put_back(session, ground, person, only):
            return erased
    return dict(Counter(erased) + Counter(_in_ranges(session, ground, person, only, cabinet)))


def _in_ranges(
    session: Session, ground: Ground, person: Person, only: Collection[str] | None, cabinet: Cabinet
) -> dict[str, int]:
    with session.transaction("erasure"):
        lock(session, ground, person)
        steps = plan(session, ground, person, only)
        if not steps.divisible:
            return whole(session, ground, steps, cabinet)
    return _persist(session, ground, person, steps, cabinet)


def _persist(session: Session, ground: Ground, person: Person, steps: Plan, cabinet: Cabinet) -> dict[str, int]:
    """Do all steps. A refusal may come of rows that somebody wrote meanwhile below ones that go.

    Then all is gone through once more, some times, as long as that finds something new to do.
    """
    erased, done, tries = Counter(dict.fromkeys(steps.tables, 0)), -1, 0
    while True:
        try:
            for step in steps.steps:
                _do(session, ground, person, step, erased, cabinet)
            if steps.last:
                with session.transaction("erasure"):
                    lock(session, ground, person)
                    together(session, ground, steps.last, erased, cabinet)
            return dict(erased)
        except SourceUnavailable as refusal:
            if not refusal.permanent or tries == TIMES or erased.total() == done:
                raise
            done, tries = erased.total(), tries + 1


def _do(session: Session, ground: Ground, person: Person, step: Step, erased: Counter[str], cabinet: Cabinet) -> None:
    pace = Pace(_first(ground, step), ground.dialect.breath)
    after: Key | None = None
    ranged = ground.sorts(step.table)
    while True:
        upto = _boundary(session, ground, step, after, pace) if ranged else None
        try:
            rows = _range(session, ground, person, step, after, upto, pace if ranged else None, cabinet)
        except SourceUnavailable as refusal:
            if session.gave_up(refusal) and pace.halve():
                continue
            if not step.backwards or upto is None or not refusal.permanent:
                raise
            ranged = False  # older rows refer to newer ones: only together they can go
            continue
        erased[step.table.name] += rows if step.told else 0
        failpoints.point(f"{ground.manifest.id}: erased some of {step.table.name}")
        if upto is None:
            return
        after = upto
        pace.rest()


def _range(
    session: Session,
    ground: Ground,
    person: Person,
    step: Step,
    after: Key | None,
    upto: Key | None,
    pace: Pace | None,
    cabinet: Cabinet,
) -> int:
    """Do one range in its transaction, behind one key and up to another; None is no bound."""
    begun = time.perf_counter()
    with session.transaction("erasure", LONGEST if pace else 0):
        lock(session, ground, person)
        some = _between(ground, step, after, upto)
        named = cabinet.named(session, ground, step.table, joined([step.rows, *some], " AND "))
        rows = session.run(step.statement(*some))
        cabinet.remove(session, ground, named)
    if pace:
        pace.learn(rows, time.perf_counter() - begun)
    return rows


def _first(ground: Ground, step: Step) -> int:
    """Return how many rows to begin with: many more where the engine does nothing else when one of them goes."""
    live = ground.live(step.table)
    referred = any(key.table == step.table.real for other in ground.schema.values() for key in other.references)
    return FIRST_MARKED if ground.dialect.only_marks and step.deletes and not live.triggers and not referred else FIRST


def _boundary(session: Session, ground: Ground, step: Step, after: Key | None, pace: Pace) -> Key | None:
    """Return the key that so many rows lie up to, or None where there are no more than that, or are not expected."""
    key = [ground.name(step.table, column) for column in ground.key(step.table)]
    order = joined((name + " DESC" if step.backwards else name for name in key), ", ")
    those = joined([step.rows, *_between(ground, step, after, None)], " AND ")
    asked = "SELECT " + joined(key, ", ") + f" FROM {ground.from_(step.table)} WHERE " + those
    if pace.trusting and session.guess(asked) <= pace.rows:
        return None
    found = session.all(asked + " ORDER BY " + order + f" LIMIT 1 OFFSET {pace.rows - 1}")
    broken = any(isinstance(part, str) and not values.sound(part) for part in found[0]) if found else True
    return None if broken else found[0]  # text that is no UTF-8 cannot be asked for


def _between(ground: Ground, step: Step, after: Key | None, upto: Key | None) -> list[Sql]:
    key = [ground.name(step.table, column) for column in ground.key(step.table)]
    ahead, back = (" < ", " > ") if step.backwards else (" > ", " < ")
    behind = [_beyond(key, after, ahead)] if after else []
    return behind + ([_beyond(key, upto, back, or_same=True)] if upto else [])


def _beyond(key: list[Sql], marks: Key, sign: str, or_same: bool = False) -> Sql:
    """Return the condition that a key lies on one side of another; the first column alone too, for the index."""
    last = sign.rstrip() + "= " if or_same else sign
    beyond = NEVER
    for place, (name, mark) in reversed(list(enumerate(zip(key, marks, strict=True)))):
        at_end = place == len(key) - 1
        same = [] if at_end else ["(" + name + " = " + bound(mark) + " AND " + beyond + ")"]
        beyond = either([name + (last if at_end else sign) + bound(mark), *same])
    return beyond if len(key) == 1 else key[0] + sign.rstrip() + "= " + bound(marks[0]) + " AND " + beyond
