"""What goes into an archive can be turned back into what it was."""

import json
import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sources import values

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
nested = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["$bytes", "$json", "$text"]), inner),
)
typed = {
    "decimal": st.decimals(allow_nan=False),
    "datetime": st.datetimes() | st.datetimes(timezones=st.just(UTC)),
    "date": st.dates(),
    "time": st.times(),
    "interval": st.timedeltas(),
    "uuid": st.uuids(),
}


@given(nested)
def test_what_needs_no_type_comes_back_by_its_marks(value: Any) -> None:
    assert values.decode(json.loads(json.dumps(values.encode(value)))) == value


@given(
    st.sampled_from(sorted(typed)).flatmap(lambda kind: st.tuples(st.just(kind), typed[kind] | st.lists(typed[kind])))
)
def test_what_a_column_types_comes_back_by_its_kind(case: tuple[str, Any]) -> None:
    kind, value = case
    written = json.loads(json.dumps(values.encode(value)))
    assert values.decode(written, kind + "[]" * isinstance(value, list)) == value


@given(st.binary())
def test_text_that_is_no_utf_8_keeps_its_bytes(raw: bytes) -> None:
    read = raw.decode("utf-8", "surrogateescape")
    written = json.dumps(values.encode(read), ensure_ascii=False).encode()
    assert values.decode(json.loads(written)).encode("utf-8", "surrogateescape") == raw
    values.text(read).encode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("12.30"), "12.30"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00"),
        (date(1899, 12, 31), "1899-12-31"),
        (time(23, 59), "23:59:00"),
        (timedelta(hours=-1), "PT-3600.000000S"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (b"\x00\xff", {"$bytes": "AP8="}),
        (memoryview(b"a"), {"$bytes": "YQ=="}),
        (2**64, {"$integer": "18446744073709551616"}),
        (math.inf, {"$float": "inf"}),
        ("\ud800", {"$text": "7aCA"}),
        ({"$bytes": "mine"}, {"$json": {"$bytes": "mine"}}),
        (values.Number("1.10000000000000000001"), {"$number": "1.10000000000000000001"}),
        (values.Null(), {"$json": None}),
        (range(2), "range(0, 2)"),
    ],
)
def test_the_written_form_is_plain_where_it_can_be(value: Any, written: Any) -> None:
    assert values.encode(value) == written
    if isinstance(value, values.Number | values.Null | float | bytes):
        assert values.decode(written) == value


def test_every_mark_and_kind_is_explained_to_whoever_reads_a_copy() -> None:
    told = (Path(__file__).parents[2] / "docs" / "archive.md").read_text()
    assert set(re.findall(r"\"(\$\w+)\"", told)) == values._MARKS
    assert not [kind for kind in values._KINDS if f"`{kind}`" not in told]


def test_what_a_kind_cannot_read_stays_text() -> None:
    assert values.decode("infinity", "datetime") == "infinity"
    assert values.decode(7, "decimal") == 7


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (b"a", "YQ=="),
        ({"a": Decimal("1.0")}, '{"a": "1.0"}'),
        (Decimal("1.0"), "1.0"),
        ("a\udcff", "a\ufffd"),
        (1.5, "1.5"),
    ],
)
def test_a_cell_reads_plainly(value: Any, cell: str) -> None:
    assert values.text(value) == cell
