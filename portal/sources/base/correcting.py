"""Values that can be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from portal.sources import values
from portal.sources.base.person import Key

Outcome = Literal["written", "differs"]
DETAILS = 20  # rows of one table of which somebody corrects values


@dataclass(frozen=True)
class Held:
    """One value that can be corrected: the row by its key, and the value as text, None where there is none.

    `changed`: when its row was last changed, as the system says it; None where it does not.
    """

    table: str
    column: str
    key: Key
    value: str | None
    changed: str | None = None


@dataclass(frozen=True)
class Change:
    """A value that is to become another, if it is still the old one."""

    table: str
    column: str
    key: Key
    old: str | None
    new: str


def as_text(value: Any) -> str | None:
    """Return a value as it is shown beside a field that corrects it."""
    return None if value is None else values.text(value)
