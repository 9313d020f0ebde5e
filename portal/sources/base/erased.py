"""What an erasure did, and how far it is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Why = Literal["open", "kept", "others"]
# How far the proof of an erasure goes: rows read again and every text looked through, the system's own counts alone, or
# the word of whoever looked by hand.
Proof = Literal["texts", "counts", "hand"]


@dataclass(frozen=True)
class Erased:
    """Rows deleted or changed by table; not `done` means that the system wants to be asked again."""

    done: bool
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Mention:
    """How many rows still hold an address or number of somebody in one text column after they were erased, and why.

    "open": nothing explains it; "kept": the manifest or a legal hold keeps them; "others": they are rows of other
    people, who wrote it there or have the same address.
    """

    table: str
    column: str
    rows: int
    why: Why


@dataclass(frozen=True)
class Statement:
    """One statement of an erasure, with signs where values go; `rows` it touched (None: it was refused), `seconds`."""

    text: str
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class Rehearsed:
    """An erasure that was rolled back: its statements, the rows it would have left by table, or why it was refused."""

    statements: tuple[Statement, ...]
    remaining: Mapping[str, int]
    refused: str = ""
