"""One sealer at a time gives committed events their place in the chain.

The order of ids is not the order of commits: an event with a lower id may come to light after a higher one was sealed.
So the chain has an order of its own. A seal lists what was committed and had none, whatever its ids; what commits later
goes under a later seal, and nothing waits for gaps.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from portal.kernel import clock
from portal.kernel.audit import digests, rows
from portal.kernel.db import ROWS, atomic, is_sqlite, run, written

_LOCK = 7_201_901  # any number, the same in every process
_NEWEST = "number > 0 ORDER BY number DESC"


@dataclass(frozen=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere can tell later that nothing before it was changed."""

    number: int
    rows: int
    head: str
    at: str

    def line(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Head:
        """Read such a line; ValueError if it is none."""
        try:
            read = cls(**json.loads(text))
        except (TypeError, json.JSONDecodeError):
            raise ValueError("this is no head of the log: give the file that `portal audit head` wrote") from None
        if {type(read.number), type(read.rows)} != {int} or {type(read.head), type(read.at)} != {str}:
            raise ValueError("this is no head of the log: a number or a text of it is of the wrong kind")
        return read


def head() -> Head | None:
    """Return the end of the chain; None while nothing is sealed."""
    newest = rows.seal(_NEWEST)
    return newest and Head(newest.number, newest.total, newest.head, newest.at)


def seal() -> int:
    """Seal what is committed, some at a time; return how many events. Whoever comes second leaves it to the first."""
    total = 0
    while sealed := _seal_some():
        total += sealed
    return total


def _seal_some() -> int:
    with atomic():
        if not _is_alone():
            return 0
        # After the lock, so that both statements see what the sealer before has committed.
        found = rows.events("seal IS NULL ORDER BY id LIMIT ?", ROWS)
        if found:
            _chain(found)
    return len(found)


def _is_alone() -> bool:
    """Tell whether nobody else seals now; on SQLite nobody else writes anyway."""
    return is_sqlite() or bool(run("SELECT pg_try_advisory_xact_lock(?)", _LOCK).fetchone()[0])


def _chain(found: list[digests.Row]) -> None:
    newest = rows.seal(_NEWEST)
    number, total, previous = (newest.number, newest.total, newest.head) if newest else (0, 0, digests.FIRST)
    number, total, at, listed = number + 1, total + len(found), written(clock.now()), digests.list_of(found)
    made = digests.of_seal(number, total, at, previous, listed)
    values = (number, at, total, listed, previous, made)
    run("INSERT INTO audit_seals (number, at, total, rows, previous, head) VALUES (?, ?, ?, ?, ?, ?)", *values)
    ids = [row[0] for row in found]
    run(f"UPDATE audit_events SET seal = ? WHERE seal IS NULL AND {rows.among(ids)}", number, *ids)
