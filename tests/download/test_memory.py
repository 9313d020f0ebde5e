"""Memory does not grow with the number of rows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

from portal.config import read_site
from portal.demo.stage import HERE
from portal.download import reading
from portal.download.pack import Pack
from portal.sources.base import Person, Row
from portal.web import words
from tests.download.fakes import FakeSource

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def visits(count: int) -> Iterator[Row]:
    for number in range(count):
        yield {"id": number, "page": f"/spaces/{number}", "at": NOW, "note": "Đà Nẵng " * 10, "seconds": number % 60}


def most_bytes(count: int) -> int:
    """Return the most memory that was in use at once while so many rows were read and packed."""
    site, spoken = read_site(HERE / "site.toml", "http://localhost"), words.of("en", "Asia/Ho_Chi_Minh")
    source = FakeSource("shop", {"visits": lambda: visits(count)}, {"visits": count})
    size = 0
    tracemalloc.start()
    with ExitStack() as keep, Pack(NOW) as pack:
        read = reading.read(source, Person(()), "shop", site, spoken, keep, lambda rows: None)
        for name, sheet in read.sheets.items():
            for kind, parts in (("json", sheet.json()), ("csv", sheet.csv())):
                size += sum(map(len, pack.add(f"{name}.{kind}", *parts)))
        size += sum(map(len, pack.finish()))
        most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > count  # a sanity check: something was made
    return most


def test_a_hundred_thousand_rows_need_no_more_memory_than_five_thousand() -> None:
    most_bytes(100)  # what is loaded once
    assert most_bytes(100_000) < most_bytes(5_000) + 2_000_000
