"""Which databases there may be: drawn by Hypothesis, small enough to be read when one of them fails."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
PEOPLE = (1, 2, 3)
EMAILS = {number: f"person{number}@example.com" for number in PEOPLE}
BODIES = [
    None,
    "",
    "nothing",
    *(f"of {email}" for email in EMAILS.values()),
    "to PERSON1@Example.com, <person2@example.com>",
]


@dataclass(frozen=True)
class Reference:
    """A nullable foreign key to a table, perhaps its own; `on_delete` is what the engine does."""

    column: str
    table: str
    on_delete: str


@dataclass
class Drawn:
    """One table: `tag`, `body`, `address`, a key of one or two columns or none, and `up` to what a row hangs on.

    `way`: `key` (up refers to the parent's key), `tag` (to a number that many parent rows may have), `match` (found by
    the address) or `outward` (the parent's column `to_NAME` refers to this table's key).
    """

    name: str
    key: tuple[str, ...]
    way: str
    parent: str
    erase: str
    body: str  # rule of the body where the row stays
    enforced: bool
    references: list[Reference] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        own = [name for name in ("id", "part") if name in (self.key or ("id",))]
        ups = [f"up_{name}" for name in ("id", "part", "tag")]
        return [*own, "tag", "body", "address", *ups, *(reference.column for reference in self.references)]


@dataclass
class Web:
    """A database: tables, outward ones by the table that points to them, and all rows."""

    tables: dict[str, Drawn]
    rows: dict[str, list[Row]]

    def outward_of(self, name: str) -> list[str]:
        return [table.name for table in self.tables.values() if table.way == "outward" and table.parent == name]


@st.composite
def webs(draw: st.DrawFn) -> Web:
    """A web of up to five tables around the persons, each row of which belongs to nobody, somebody or several."""
    users = Drawn("users", ("id",), "", "", draw(st.sampled_from(["delete", "anonymise"])), "null", False)
    tables = {"users": users}
    for number in range(draw(st.sampled_from([4, 3, 5, 2]))):
        table = draw(_tables(f"t{number}", tables))
        tables[table.name] = table
    for table in tables.values():
        if table.way != "outward":
            table.references += draw(_references(table, tables))
    return Web(tables, draw(_rows(tables)))


@st.composite
def _tables(draw: st.DrawFn, name: str, before: dict[str, Drawn]) -> Drawn:
    parent = before[draw(st.sampled_from(sorted(before)))]
    way = draw(st.sampled_from(["key", "key", "tag", "match", "outward"]))
    if way == "key" and not parent.key:
        way = "tag"
    if way == "outward" and parent.name != "users" and parent.way == "outward":
        way = "tag"
    if parent.way == "outward" and parent.erase == "delete":
        way = "match"  # what hangs on a shared row stays with it: tests/sources/test_zoo.py
    key = ("id",) if way == "outward" else draw(st.sampled_from([("id",), ("id", "part"), ()]))
    erase = draw(st.sampled_from(["delete", "delete", "anonymise", "keep"]))
    enforced = way == "key" and (erase == "delete" or parent.erase != "delete") and draw(st.booleans())
    return Drawn(name, key, way, parent.name, erase, draw(st.sampled_from(["null", "text", "redact"])), enforced)


@st.composite
def _references(draw: st.DrawFn, table: Drawn, tables: dict[str, Drawn]) -> list[Reference]:
    aims = [other.name for other in tables.values() if other.key == ("id",)]
    found = []
    for number, aim in enumerate(draw(st.lists(st.sampled_from(aims[::-1]), min_size=1, max_size=2))):
        acts = ["NO ACTION", "SET NULL", *(["CASCADE"] if table.erase == "delete" and table.name != "users" else [])]
        found.append(Reference(f"ref{number}", aim, draw(st.sampled_from(acts))))
    return found


@st.composite
def _rows(draw: st.DrawFn, tables: dict[str, Drawn]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    owners: dict[str, list[frozenset[int]]] = {}
    for table in tables.values():
        count = len(PEOPLE) if table.name == "users" else draw(st.sampled_from([3, 4, 5, 0]))
        rows[table.name] = [_bare(draw, table, number) for number in range(1, count + 1)]
    for table in tables.values():
        _hang(draw, table, tables, rows, owners)
    for table in tables.values():
        for reference in table.references:
            _refer(draw, table, reference, rows, owners)
    return rows


def _bare(draw: st.DrawFn, table: Drawn, number: int) -> Row:
    row: Row = dict.fromkeys(table.columns)
    row["tag"], row["body"] = draw(st.integers(1, 3)), draw(st.sampled_from(BODIES))
    if "id" in row:
        row["id"] = number
    if "part" in row:
        row["part"] = draw(st.sampled_from(["a", "b c"]))
    if table.name == "users":
        row["address"] = EMAILS[number]
    elif draw(st.booleans()):
        row["address"] = draw(st.sampled_from([spelt for email in EMAILS.values() for spelt in (email, email.upper())]))
    return row


def _hang(
    draw: st.DrawFn,
    table: Drawn,
    tables: dict[str, Drawn],
    rows: dict[str, list[Row]],
    owners: dict[str, list[frozenset[int]]],
) -> None:
    """Fill in what each row hangs on, and note whose it is: of several people where several lead there."""
    mine, above = rows[table.name], rows.get(table.parent, [])
    if table.name == "users":
        owners["users"] = [frozenset({row["id"]}) for row in mine]
    elif table.way == "match":
        of = {email: number for number, email in EMAILS.items()}
        owners[table.name] = [frozenset({of[row["address"].lower()]} if row["address"] else ()) for row in mine]
    elif table.way == "outward":
        owners[table.name] = [frozenset() for _ in mine]
        for place, up in enumerate(above):
            chosen = draw(st.sampled_from([None, *range(len(mine)), *range(len(mine))]))
            up[f"to_{table.name}"] = None if chosen is None else mine[chosen]["id"]
            if chosen is not None:
                owners[table.name][chosen] |= owners[table.parent][place]
    else:
        owners[table.name] = []
        for row in mine:
            chosen = draw(st.sampled_from([*range(len(above)), *range(len(above)), None]))
            names = ("tag",) if table.way == "tag" else tables[table.parent].key
            for name in names:
                row[f"up_{name}"] = None if chosen is None else above[chosen][name]
            led = [of for up, of in zip(above, owners[table.parent], strict=True) if _leads(row, up, names)]
            owners[table.name].append(frozenset().union(*led))


def _leads(row: Row, up: Row, names: tuple[str, ...]) -> bool:
    return all(row[f"up_{name}"] is not None and row[f"up_{name}"] == up[name] for name in names)


def _refer(
    draw: st.DrawFn,
    table: Drawn,
    reference: Reference,
    rows: dict[str, list[Row]],
    owners: dict[str, list[frozenset[int]]],
) -> None:
    """Refer to any row where the engine lets go by itself, else only to what goes with this row's own people."""
    aims = list(zip(rows[reference.table], owners[reference.table], strict=True))
    for row, of in zip(rows[table.name], owners[table.name], strict=True):
        free = [aim["id"] for aim, theirs in aims if theirs <= of or reference.on_delete == "SET NULL"]
        row[reference.column] = draw(st.sampled_from([*free, *free, None]))
