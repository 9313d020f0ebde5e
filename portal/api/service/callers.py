"""A program whose call this is: its scopes and its share of calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.kernel import limits

_lots = limits.Lots()
_WINDOW = 60  # seconds


@dataclass
class Program:
    """The caller of one call; `subject` is whom it turned out to be about."""

    number: int
    name: str
    scopes: frozenset[str]
    rate: int
    subject: int | None = None
    _share: limits.Held | None = None

    @classmethod
    def of(cls, number: int, name: str, scopes: Any, rate: int) -> Program:
        """Return it from a row as either engine gives it out."""
        return cls(number, name, _read(scopes) if isinstance(scopes, str) else frozenset(scopes), rate)

    def count(self) -> None:
        """Count this call; raises TooManyCalls."""
        self._share = limits.Held(self.rate, 0, 0, 0)
        self._share = _lots.take(f"{self.rate} per {_WINDOW} second", "api", str(self.number))

    def headers(self) -> dict[str, str]:
        """Return how many calls a minute there are and how many are left, as the IETF's RateLimit fields have it."""
        share = self._share
        if share is None:
            return {}
        left, wait = share.left + share.free, share.wait if share.ends_at else _WINDOW
        return {"RateLimit-Policy": f'"minute";q={share.most};w={_WINDOW}', "RateLimit": f'"minute";r={left};t={wait}'}


@lru_cache(maxsize=256)
def _read(scopes: str) -> frozenset[str]:
    return frozenset(json.loads(scopes))
