"""Values that California forbids to hand out in full (11 CCR 7024(d), RULES X4)."""

from __future__ import annotations

from typing import Any

from portal.kernel.problems import N_
from portal.sources import values
from portal.sources.base import Batch
from portal.sources.manifest import Table

_NUMBERS = frozenset({"financial", "government", "government-id", "health"})
_NEVER = frozenset({"secret", "biometric"})  # not even in part
_SHOWN = 4
_LONG_ENOUGH = 2 * _SHOWN
DOTS = "••••"
NOTE = N_(
    "The law of California has us mask these, because a copy may fall into wrong hands: %(columns)s. To confirm that a "
    "number is yours, write it to %(support)s: we answer whether it is the one we hold."
)


def masked(table: Table) -> dict[str, str]:
    """Return the columns of a table that are masked, each with its kind of special data."""
    kinds = {name: column.sensitive for name, column in table.columns.items() if column.export}
    return {name: kind for name, kind in kinds.items() if kind in _NUMBERS | _NEVER}


def hide(batch: Batch, hidden: dict[str, str]) -> Batch:
    """Return rows with these columns masked, each by its kind."""
    if hidden.keys().isdisjoint(batch.names):
        return batch
    kinds = [hidden.get(name) for name in batch.names]
    rows = [tuple(mask(v, kind) if kind else v for v, kind in zip(row, kinds, strict=True)) for row in batch.rows]
    return Batch(batch.names, rows)


def mask(value: Any, kind: str) -> Any:
    """Return a value with its last four signs, •••• 1234, or none of it; what is empty stays so."""
    text = values.text(value)
    if not text:
        return value
    told = kind in _NUMBERS and len(text) >= _LONG_ENOUGH and not isinstance(value, bytes | bytearray | memoryview)
    return f"{DOTS} {text[-_SHOWN:]}" if told else DOTS
