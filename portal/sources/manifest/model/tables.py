"""What a manifest says of a table: how it leads to the person, what becomes of its rows, and how long they stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.sources.manifest.model.blocks import Affects, Blocks
from portal.sources.manifest.model.columns import Column, Match
from portal.sources.manifest.model.text import Text, humanised

Origin = Literal["you", "device", "third-party"]
Action = Literal["delete", "anonymise", "keep"]
Whose = Literal["erased", "everybody"]


@dataclass(frozen=True)
class Link:
    """Columns of a table that equal columns of another table of the manifest, so leading towards the person.

    `outward`: the other table points here, so these rows may serve others too; `shared`: they do, and stay;
    `while_used`: they do, and go with the last of those who refer to them.
    """

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    outward: bool = False
    shared: bool = False
    while_used: bool = False


@dataclass(frozen=True)
class Until:
    """Kept until so many years after the date in a column."""

    column: str
    years: int


@dataclass(frozen=True)
class Keep:
    """Why rows stay, until when, and which of their columns; no columns named means that all of them stay.

    `of`: whose rows go each night when their date has come, those of people who were erased or those of everybody.
    """

    reason: Text
    until: Until | None = None
    columns: tuple[str, ...] = ()
    of: Whose = "erased"


@dataclass(frozen=True)
class Table:
    """One table as the person meets it. `real` is its name in the system: one real table may appear under two names."""

    name: str
    real: str
    title: Text
    erase: Action
    origin: Origin = "you"
    purposes: tuple[str, ...] = ()
    retention: Text | None = None
    recipients: Text | None = None  # where not those of its purposes
    key: tuple[str, ...] = ()
    link: Link | None = None
    match: tuple[Match, ...] = ()
    order_by: tuple[tuple[str, bool], ...] = ()  # column, descending
    time: str = ""  # the column that dates a row
    changed: str = ""  # the column that says when a row was last changed
    controller_column: str = ""
    blocks: tuple[Blocks, ...] = ()
    affects: tuple[Affects, ...] = ()
    keep: Keep | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)

    @property
    def correctable(self) -> tuple[Column, ...]:
        """Return the columns that can be corrected."""
        return tuple(column for column in self.columns.values() if column.correct)

    @property
    def newest_first(self) -> bool:
        """Say whether the order that the manifest gives begins with the newest row."""
        return bool(self.order_by) and self.order_by[0][1]

    def column_title(self, name: str) -> Text:
        """Return the title of a column, made from its name where the manifest gives none."""
        column = self.columns.get(name)
        return column.title if column else Text.of(humanised(name))
