"""Limits that hold across processes, by the `limits` library over a table of our own."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from datetime import timedelta

import peewee
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from portal.kernel import clock, crypto
from portal.kernel.db import Model, MomentField, atomic, clear
from portal.kernel.problems import N_, Problem, TooManyTries


class Tally(Model):
    """How often something was tried in the present window; the key is a keyed hash."""

    key = peewee.CharField(160, primary_key=True)
    count = peewee.IntegerField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "tallies"
        whose = None
        erasure = None


class _Table(Storage):
    STORAGE_SCHEME = ["portal"]

    base_exceptions = peewee.DatabaseError

    def __init__(self) -> None:
        super().__init__()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = clock.now()
        with atomic():
            Tally.delete().where(Tally.key == key, Tally.expires_at <= now).execute()
            Tally.insert(key=key, count=amount, expires_at=now + timedelta(seconds=expiry)).on_conflict(
                conflict_target=[Tally.key], update={Tally.count: Tally.count + amount}
            ).execute()
            return int(Tally.select(Tally.count).where(Tally.key == key).scalar())

    def get(self, key: str) -> int:
        found = Tally.get_or_none(Tally.key == key, Tally.expires_at > clock.now())
        return int(found.count) if found else 0

    def get_expiry(self, key: str) -> float:
        found = Tally.get_or_none(Tally.key == key)
        return float(found.expires_at.timestamp()) if found else clock.now().timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return int(Tally.delete().execute())

    def clear(self, key: str) -> None:
        Tally.delete().where(Tally.key == key).execute()


_limiter = FixedWindowRateLimiter(_Table())
_parsed: dict[str, RateLimitItem] = {}


def hit(rule: str, purpose: str, value: str) -> None:
    """Count one try of `purpose` by `value` (an address, a network) against a rule such as "5/hour".

    The value is stored as a keyed hash only. Raises TooManyTries with the minutes to wait.
    """
    item = _parsed.get(rule) or _parsed.setdefault(rule, parse(rule))
    key = crypto.keyed_hash("limit", f"{purpose}\0{value}")
    if not _limiter.hit(item, key):
        reset = _limiter.get_window_stats(item, key).reset_time
        raise TooManyTries(minutes=max(1, math.ceil((reset - clock.now().timestamp()) / 60)))


class Lots:
    """Counts calls in lots, so that a fast caller costs a write a lot and not a write a call.

    A process takes a lot of a window's calls from the table at once and spends it alone: several processes together
    never let more through than the rule says, but may refuse when others still hold what is left.
    """

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._lock = threading.Lock()

    def take(self, rule: str, purpose: str, value: str) -> Held:
        """Spend one call; return how the window stands. Raises TooManyCalls with the seconds to wait."""
        name = f"{rule}\0{purpose}\0{value}"
        with self._lock:
            held = self._held.get(name)
            if held is None or held.left < 1 or held.ends_at <= clock.now().timestamp():
                held = self._held[name] = _lot(rule, purpose, value)
            held.left -= 1
            return held


@dataclass
class Held:
    """What a process may still spend, and the window that it is from: its size, its end, what others may take."""

    most: int
    left: int
    free: int
    ends_at: float

    @property
    def wait(self) -> int:
        """Return the seconds until the window ends, at least one."""
        return max(1, math.ceil(self.ends_at - clock.now().timestamp()))


class TooManyCalls(Problem):
    """A program called too often; facts: `seconds` until the next window."""

    status, code = 429, "too-many-calls"
    say = N_("This key has used up its calls for now.")
    then = N_("Wait %(seconds)s seconds, then call again.")


def _lot(rule: str, purpose: str, value: str) -> Held:
    item = _parsed.get(rule) or _parsed.setdefault(rule, parse(rule))
    key = crypto.keyed_hash("limit", f"{purpose}\0{value}")
    for lot in (max(1, item.amount // 100), 1):  # the last few are given out one by one
        if _limiter.hit(item, key, cost=lot):
            stats = _limiter.get_window_stats(item, key)
            return Held(item.amount, lot, max(0, stats.remaining), stats.reset_time)
    ends_at = _limiter.get_window_stats(item, key).reset_time
    raise TooManyCalls(seconds=Held(item.amount, 0, 0, ends_at).wait)


def forget_past() -> None:
    """Remove windows that are over."""
    clear(Tally, Tally.expires_at <= clock.now())
