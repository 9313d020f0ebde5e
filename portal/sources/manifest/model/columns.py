"""What a manifest says of single columns: how one finds a person, what becomes of it, and how it is corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from portal.sources.manifest.model.text import Text

IdentifierKind = Literal["email", "phone", "external_id"]
RuleKind = Literal["null", "empty", "hash", "text", "redact"]
Correct = Literal["", "self", "proof", "review"]
DetailKind = Literal["text", "address", "email", "phone", "date", "tax_id", "bank_account"]


@dataclass(frozen=True)
class Match:
    """A column that holds an identifier. `exact`: stored as the portal writes it, so that a plain index serves."""

    kind: IdentifierKind
    column: str
    exact: bool = False
    country: str = ""  # digits of the calling code of phone numbers that are stored without one


@dataclass(frozen=True)
class Rule:
    """What becomes of a column's value. `text` may hold {key}, the row's own key, where values must differ."""

    kind: RuleKind
    text: str = ""


@dataclass(frozen=True)
class Column:
    """What the manifest says of a column; `identifies`: its value names the person and is sought in free text.

    `correct`: how its value can be corrected: by the person at once, once a code has proven a new address to be theirs,
    or after a review; `kind` is the format that it has, and `detail` what it is called in every system that holds the
    same.
    """

    name: str
    title: Text
    sensitive: str = ""
    export: bool = True
    erase: Rule | None = None
    identifies: bool = False
    money: str = ""  # a currency (VND), or the column beside it that holds one
    correct: Correct = ""
    kind: DetailKind = "text"
    detail: str = ""
    file: str = ""  # the value is a path under this folder; `env:NAME` as a rule


@dataclass(frozen=True)
class Place:
    """A column of a table of the manifest."""

    table: str
    column: str
