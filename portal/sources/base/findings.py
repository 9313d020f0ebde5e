"""What operators are told of a manifest and the system behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
Shape = Mapping[str, Mapping[str, str]]  # by table, what each part of a schema is, in words


@dataclass(frozen=True)
class Finding:
    """Where manifest and system disagree, for operators; an error means that an export or erasure would fail."""

    level: Level
    table: str
    column: str
    say: str

    def __str__(self) -> str:
        place = ".".join(filter(None, (self.table, self.column)))
        return ": ".join(filter(None, (self.level, place, self.say)))
