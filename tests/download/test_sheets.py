"""One table as JSON and CSV, and the names of files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.download import names
from portal.download.columns import cell, written
from portal.download.pack import Part
from portal.download.sheets import Sheet
from portal.sources import values
from portal.sources.base import Batch


@pytest.fixture
def keep() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def sheet(keep: ExitStack, *columns: str) -> Sheet:
    return Sheet("data/x/y", {"source": "x"}, columns, lambda name: {"title": name.title()}, keep)


def add(made: Sheet, *rows: dict[str, Any]) -> None:
    """Lay down rows, each in a batch of its own."""
    for row in rows:
        made.add(Batch(tuple(row), [tuple(row.values())]))


def whole(parts: tuple[Part, ...]) -> bytes:
    return b"".join(part if isinstance(part, bytes) else rewound(part) for part in parts)


def rewound(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def lines(made: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(whole(made.csv()).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+84", "-cmd", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "－1"])
def test_text_that_a_spreadsheet_may_take_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize(("value", "written"), [(-5, "-5"), (-1.5, "-1.5"), (Decimal("-0.10"), "-0.10"), (None, "")])
def test_a_number_stays_a_number(keep: ExitStack, value: Any, written: str) -> None:
    made = sheet(keep)
    add(made, {"n": value, "m": 1})
    assert lines(made)[1] == [written, "1"]


def test_headings_are_guarded_too(keep: ExitStack) -> None:
    made = sheet(keep)
    add(made, {"=cmd": 1})
    assert lines(made)[0] == ["'=cmd"]


def test_a_column_that_comes_late_is_in_the_heading_and_empty_before(keep: ExitStack) -> None:
    made = sheet(keep)
    add(made, {"a": 1}, {"b": 2, "a": 3})
    assert lines(made) == [["a", "b"], ["1"], ["3", "2"]]
    assert orjson.loads(whole(made.json()))["columns"] == {"a": {"title": "A"}, "b": {"title": "B"}}


def test_a_table_without_rows_has_its_headings(keep: ExitStack) -> None:
    made = sheet(keep, "a", "b")
    assert lines(made) == [["a", "b"]]
    assert orjson.loads(whole(made.json())) == {
        "source": "x",
        "rows": [],
        "count": 0,
        "columns": {"a": {"title": "A"}, "b": {"title": "B"}},
    }


KINDS: list[st.SearchStrategy[Any]] = [
    st.booleans(), st.integers(-(2**63), 2**63), st.floats(), st.decimals(), st.text(), st.text("=+-@ab\t＝"),
    st.binary(), st.dates(), st.times(), st.datetimes(timezones=st.none() | st.just(UTC)), st.uuids(), st.timedeltas(),
    st.lists(st.decimals()), st.dictionaries(st.sampled_from(["a", "$text"]), st.integers() | st.none()),
]  # fmt: skip
ODD = st.none() | st.one_of(KINDS) | st.integers() | st.text(st.characters())


@given(st.lists(st.tuples(ODD, ODD), max_size=5), st.integers(0, 5))
def test_whatever_a_driver_gives_is_written_and_can_be_read(given: list[tuple[Any, Any]], middle: int) -> None:
    with ExitStack() as keep:
        made = sheet(keep, "a", "b=")
        for some in (given[:middle], given[middle:]):
            made.add(Batch(("a", "b="), some))
        assert orjson.loads(whole(made.json()))["rows"] == [
            {"a": as_read(one), "b=": as_read(other)} for one, other in given
        ]
        read = lines(made)[1:]
        assert len(read) == len(given) == made.rows
        assert not any(text.startswith(("=", "@")) for row in read for text in row)


def as_read(value: Any) -> Any:
    return orjson.loads(orjson.dumps(values.encode(value)))


OF_ONE_KIND = st.sampled_from(KINDS).flatmap(lambda kind: st.lists(kind, min_size=1) | st.lists(kind | st.none()))


@given(OF_ONE_KIND)
def test_a_column_of_one_kind_is_written_as_each_of_its_values_would_be(column: list[Any]) -> None:
    jsons, cells = written(column)
    assert [orjson.loads(orjson.dumps(json)) for json in jsons] == [as_read(value) for value in column]
    assert [one is not None and str(one) for one in cells] == [v is not None and str(cell(v)) for v in column]


def test_rows_without_any_column_are_counted_and_written(keep: ExitStack) -> None:
    made = sheet(keep)
    made.add(Batch((), [(), ()]))
    assert orjson.loads(whole(made.json()))["rows"] == [{}, {}]


def test_values_of_a_driver_are_cells_as_people_know_them() -> None:
    assert cell(datetime(2026, 12, 1, 9, 0)) == "2026-12-01T09:00:00"
    assert cell(date(2026, 12, 1)) == "2026-12-01"
    assert cell(True) == "true"
    assert cell(b"\x00") == "AA=="


def test_names_of_files_are_plain_and_apart_on_every_system() -> None:
    wild = ["../../etc/passwd", "a/b", "A/B", "C:\\x", "con", "Ghi chú", "…", "", "ok", "OK", "x" * 300, "\x00y"]
    given_names = names.plain(wild, taken=["index"])
    assert list(given_names) == wild
    assert len({name.lower() for name in given_names.values()}) == len(wild)
    assert given_names["../../etc/passwd"] == "etc-passwd"
    assert given_names["con"] == "con-2"
    assert names.plain(["index"], taken=["index"]) == {"index": "index-2"}


@given(st.lists(st.text(), unique=True))
def test_no_name_leaves_its_folder(wild: list[str]) -> None:
    for name in names.plain(wild).values():
        assert name.replace("-", "").replace("_", "").isalnum() or set(name) <= {"-", "_"}
        assert name.isascii()
        assert 0 < len(name) <= 90
