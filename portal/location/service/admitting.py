"""Which places may be taken in: only captured while allowed, still allowed now, and after the last "delete all"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from portal import config
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.kernel import clock
from portal.location.service.levels import OFF, PURPOSE
from portal.location.service.removing import taken_from

SKEW = timedelta(minutes=5)  # that a phone's clock may be ahead


class Admitted(NamedTuple):
    """Whether one place may be taken in, how precisely, and else why not.

    `reason` is "allowed", "off-now", "off-then", "deleted" or "in-future".
    """

    level: str
    reason: str

    @property
    def allowed(self) -> bool:
        """Tell whether it may be taken in."""
        return self.level != OFF


def level_in(subject_id: int, source_id: str) -> str:
    """Return how precisely a system may know places now, with all that says no counted in."""
    return _level(consents.standing(subject_id), source_id)


def admitted(subject_id: int, source_id: str, captured: Sequence[datetime]) -> list[Admitted]:
    """Judge places by the moments at which they were captured, from one reading of the person's ledger (RULES L1).

    What was captured while off stays out for good, though it is on by now; what was captured more precisely than was
    allowed then or is allowed now may be taken in only as precisely as both allow.
    """
    moments, levels = [datetime.min.replace(tzinfo=clock.now().tzinfo)], [OFF]
    for at, choices in consents.replayed(subject_id):
        moments.append(at)
        levels.append(_level(choices, source_id))
    now, since, latest = level_in(subject_id, source_id), taken_from(subject_id), clock.now() + SKEW
    return [
        _admit(at, levels[bisect_right(moments, at) - 1], now, since) if at <= latest else Admitted(OFF, "in-future")
        for at in captured
    ]


def _admit(at: datetime, then: str, now: str, since: datetime | None) -> Admitted:
    if now == OFF:
        return Admitted(OFF, "off-now")
    if since is not None and at < since:
        return Admitted(OFF, "deleted")
    return Admitted(OFF, "off-then") if then == OFF else Admitted(min(then, now, key=_rank), "allowed")


def _level(choices: Mapping[str, Choice], source_id: str) -> str:
    if PURPOSE not in choices or consents.stop_of(choices, PURPOSE, source_id) is not None:
        return OFF
    return consents.in_force(choices, PURPOSE, source_id).state


def _rank(level: str) -> int:
    return config.site().purposes[PURPOSE].states.index(level)
