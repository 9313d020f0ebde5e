"""Whatever a schema looks like, its draft is a manifest that loads and names nothing that is not there."""

import re
import tomllib

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.sources.manifest import parse, require_paths
from portal.sources.sql.draft.entries import Walk, writable
from portal.sources.sql.draft.persons import subject
from portal.sources.sql.draft.writing import written
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema

LIKE_CHOICES = [
    *("newsletter", "newsletters", "no.surveys", "opt-out sms", "mail_ok", "marketing", "zalo_promotions"),
    *("location_level", "share location", "dob", "birth_date", "Date Of Birth"),
]
NAMES = st.sampled_from(
    ["id", "user_id", "email", "phone", "created_at", "Created At", "token", "status", "note", 'a "b"', "ü", "x.y", "<"]
    + LIKE_CHOICES
) | st.text(min_size=1, max_size=8).filter(str.strip)
KINDS = st.sampled_from(["text", "integer", "datetime", "date", "json", "bytes", "other", "text[]", "boolean"])
DATED = ("date", "datetime", "text")  # kinds that can hold a day
ACTIONS = st.sampled_from(["NO ACTION", "CASCADE", "SET NULL"])


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Persons, and tables that refer to them and to each other in any way, circles and themselves among them."""
    names = ["users", *draw(st.lists(NAMES, max_size=4, unique=True))]
    columns = {name: _columns(draw, "email" if name == "users" else "user_id") for name in names}
    return {
        name: LiveTable(name, held, ("id",), _indexes(draw, held), _keys(draw, held, names), checks=_checks(draw, held))
        for name, held in columns.items()
    }


def _columns(draw: st.DrawFn, way: str) -> dict[str, LiveColumn]:
    found = {"id": LiveColumn("id", "bigint", "integer", False)}
    found[way] = LiveColumn(way, "varchar(254)", "text" if way == "email" else "integer", draw(st.booleans()))
    for name in draw(st.lists(NAMES, max_size=6, unique=True)):
        kind = "datetime" if name.casefold().startswith("created") else draw(KINDS)
        found.setdefault(
            name, LiveColumn(name, draw(st.sampled_from(["varchar(8)", "text"])), kind, draw(st.booleans()))
        )
    return found


def _indexes(draw: st.DrawFn, columns: dict[str, LiveColumn]) -> tuple[Index, ...]:
    indexed = draw(st.lists(st.sampled_from(list(columns)), max_size=2))
    return tuple(Index((name,), draw(st.booleans())) for name in indexed)


def _keys(draw: st.DrawFn, columns: dict[str, LiveColumn], tables: list[str]) -> tuple[ForeignKey, ...]:
    own = [ForeignKey(("user_id",), "users", ("id",), draw(ACTIONS))] if "user_id" in columns else []
    referring = draw(
        st.lists(st.sampled_from([name for name in columns if name != "user_id"]), max_size=3, unique=True)
    )
    return (*own, *(ForeignKey((name,), draw(st.sampled_from(tables)), ("id",), draw(ACTIONS)) for name in referring))


def _checks(draw: st.DrawFn, columns: dict[str, LiveColumn]) -> tuple[str, ...]:
    words = draw(st.lists(st.sampled_from(["no", "yes", "it''s", '"', "gps", "city", "none", "\x7f\\"]), max_size=3))
    return tuple(f"{name} IN ({', '.join(map(repr, words))})" for name in columns if words)


def accepted(toml: str) -> str:
    """Return a draft whose commented suggestions all hold."""
    return re.sub(r'^# (?=\[preferences\]$|born = |".*" = \{ column = )', "", toml, flags=re.MULTILINE)


@given(schemas())
def test_a_draft_loads(schema: Schema) -> None:
    assume(writable(schema["users"]))
    walk = Walk(schema, subject(schema, "users"))
    toml = written("any", "ANY_URL", walk.entries, {name: name for name in schema})
    read = parse(tomllib.loads(toml), "any.toml")
    require_paths(read)
    assert not read.preferences, "what people choose is never guessed without being asked"
    assert {name for name, live in schema.items() if writable(live)} == {entry.live.name for entry in walk.entries}
    assert len(read.tables) == len(walk.entries), "no name is given twice"
    for table in read.tables.values():
        assert table.real in schema
        assert set(table.columns) <= set(schema[table.real].columns)
        assert table.link is None or set(table.link.columns) <= set(schema[table.real].columns)


@given(schemas())
def test_a_draft_whose_suggestions_are_taken_loads(schema: Schema) -> None:
    assume(writable(schema["users"]))
    walk = Walk(schema, subject(schema, "users"))
    read = parse(tomllib.loads(accepted(written("any", "ANY_URL", walk.entries, {}))), "any.toml")
    require_paths(read)
    births = (schema["users"].columns.get(name) for name in ("dob", "birth_date", "Date Of Birth"))
    assert read.subject.born or not any(column and column.kind in DATED for column in births)
    for preference in read.preferences.values():
        assert preference.place
        assert preference.place.column in schema[read.tables[preference.place.table].real].columns
