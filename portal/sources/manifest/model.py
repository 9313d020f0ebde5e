"""What a manifest says of one connected system, as frozen values. docs/manifest.md tells each key with an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["you", "device", "third-party"]
Action = Literal["delete", "anonymise", "keep"]
BlockKind = Literal["stop", "warn", "lose"]
IdentifierKind = Literal["email", "phone", "external_id"]
Way = Literal["notice", "hand-over"]
FactKind = Literal["day", "amount", "words"]
RuleKind = Literal["null", "empty", "hash", "text", "redact"]
Correct = Literal["", "self", "proof", "review"]
DetailKind = Literal["text", "address", "email", "phone", "date", "tax_id", "bank_account"]
Whose = Literal["erased", "everybody"]
Scalar = str | int | float | bool

_FACT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Text:
    """Words to a person in one or several languages; English is the fall-back."""

    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, said: str | Mapping[str, str]) -> Text:
        """Take plain English, or a table of languages."""
        return cls((("en", said),) if isinstance(said, str) else tuple(said.items()))

    def in_(self, language: str) -> str:
        """Return the words in a language, else in English, else in the first language there is."""
        words = dict(self.words)
        return words.get(language) or words.get("en") or next(iter(words.values()), "")

    def filled(self, language: str, facts: Mapping[str, str | int]) -> str:
        """Return the words with each {name} replaced by its fact; an unknown name stays as it is written."""
        return _FACT.sub(lambda found: str(facts.get(found[1], found[0])), self.in_(language))

    def names(self) -> tuple[str, ...]:
        """Return the names of the facts that any of the languages asks for, in order, each once."""
        return tuple(dict.fromkeys(name for _, words in self.words for name in _FACT.findall(words)))

    def __str__(self) -> str:
        return self.in_("en")


@dataclass(frozen=True)
class Match:
    """A column that holds an identifier. `exact`: stored as the portal writes it, so that a plain index serves."""

    kind: IdentifierKind
    column: str
    exact: bool = False
    country: str = ""  # digits of the calling code of phone numbers that are stored without one


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
        said = [*self.say.names(), *_FACT.findall(self.url), *([self.by] if self.by else [])]
        sums = [part for pair in self.money.items() for part in pair if not is_currency(part)]
        return tuple(dict.fromkeys(name for name in (*said, *sums) if name != "rows"))


@dataclass(frozen=True)
class Affects:
    """Other people whom a deletion touches: rows of `table` for which `when` holds, counted as {people} in `say`."""

    table: str
    when: str
    say: Text
    then: Way


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


@dataclass(frozen=True)
class Subject:
    """The table whose rows are the persons, its key, and how a proven identifier finds them.

    `name` and `since` are the columns from which somebody knows a row as theirs before it is proven: shown masked.
    `born` is the column with the date of birth; `adult` are signs that a person is grown up: "table" with a row of
    theirs, such as a contract, or "table.column" with something in it, such as a tax ID.
    """

    table: str
    key: tuple[str, ...]
    match: tuple[Match, ...]
    name: str = ""
    since: str = ""
    born: str = ""
    adult: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A column of a table of the manifest."""

    table: str
    column: str


@dataclass(frozen=True)
class Location:
    """Where the location page finds points and the state that the phone last reported."""

    points: str
    time: str
    latitude: str
    longitude: str
    reported_state: Place | None = None
    reported_at: Place | None = None


@dataclass(frozen=True)
class Preference:
    """A choice and the column it is written to (none where the system speaks the HTTP protocol)."""

    name: str
    place: Place | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """A column whose value shows, beside a second one, that somebody is whose row it is; how it is compared."""

    place: Place
    title: Text
    kind: FactKind


@dataclass(frozen=True)
class Manifest:
    """One connected system. `url`, `erase_url` and `secret` may be `env:NAME`; the registry resolves them."""

    file: str
    id: str
    title: Text
    url: str
    subject: Subject
    tables: Mapping[str, Table]
    controller: str = ""
    processor: str = ""  # another company that keeps or runs it for the controller
    secret: str = ""
    erase_url: str = ""  # the same database by a login that may change it; `url` then only has to read
    parts: bool = False  # an HTTP system that can erase single tables
    sweep: bool = False  # an HTTP system that can look through its texts for somebody
    retention: bool = False  # an HTTP system that says what has come to its date, and deletes it when asked
    location: Location | None = None
    preferences: Mapping[str, Preference] = field(default_factory=dict)
    proofs: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def locates(self) -> bool:
        """Tell whether the system keeps where somebody was, whether or not its points can be asked for."""
        columns = (column for table in self.tables.values() for column in table.columns.values())
        return self.location is not None or any(column.sensitive == "location" for column in columns)

    def joints(self, table: Table) -> frozenset[str]:
        """Return the columns that hold rows together: keys, links from and to the table, controller, retention date."""
        return frozenset(self._joints(table))

    def below(self, name: str) -> tuple[str, ...]:
        """Return the tables that are reached only through one table, at once or further on."""
        found = {name}
        while (
            more := {table.name for table in self.tables.values() if table.link and table.link.table in found} - found
        ):
            found |= more
        return tuple(other for other in self.tables if other in found - {name})

    def _joints(self, table: Table) -> Iterator[str]:
        yield from table.key
        yield from self.subject.key if table.name == self.subject.table else ()
        yield from table.link.columns if table.link else ()
        yield from (table.controller_column,) if table.controller_column else ()
        yield from (table.keep.until.column,) if table.keep and table.keep.until else ()
        for other in self.tables.values():
            yield from other.link.to if other.link and other.link.table == table.name else ()


def is_currency(word: str) -> bool:
    """Tell an ISO code such as VND from the name of a column."""
    return len(word) == 3 and word.isascii() and word.isalpha() and word.isupper()


def humanised(name: str) -> str:
    """Make words of a column's or table's name: `billing_address` becomes `Billing address`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
