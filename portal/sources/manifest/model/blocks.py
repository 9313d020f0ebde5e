"""What stands in the way of a deletion, and whom it touches besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.sources.manifest.model.text import FACT, Text

BlockKind = Literal["stop", "warn", "lose"]
Way = Literal["notice", "hand-over"]


@dataclass(frozen=True)
class Blocks:
    """Rows that stand in the way of a deletion: `when` is SQL in the system's own dialect, with :now.

    `way_out` says how it can be settled, `url` where; with `by`, the address is chosen by that column of the row.
    `money` names columns that are sums, each with the column or the ISO code of its currency.
    """

    kind: BlockKind
    when: str
    say: Text
    way_out: Text | None = None
    url: str = ""
    by: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> tuple[str, ...]:
        """Return the columns whose values the sentence, its sums and its address need, each once."""
        said = [*self.say.names(), *FACT.findall(self.url), *([self.by] if self.by else [])]
        sums = [part for pair in self.money.items() for part in pair if not is_currency(part)]
        return tuple(dict.fromkeys(name for name in (*said, *sums) if name != "rows"))


@dataclass(frozen=True)
class Affects:
    """Other people whom a deletion touches: rows of `table` for which `when` holds, counted as {people} in `say`."""

    table: str
    when: str
    say: Text
    then: Way


def is_currency(word: str) -> bool:
    """Tell an ISO code such as VND from the name of a column."""
    return len(word) == 3 and word.isascii() and word.isalpha() and word.isupper()
