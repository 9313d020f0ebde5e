"""Which pages of a person's rows no index leads to: there the database sorts all rows of the person for each page."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground


def findings(ground: Ground) -> Iterator[Finding]:
    """Warn of orders without an index; of tables further from the person none, for there no index could help."""
    for table in ground.manifest.tables.values():
        for named, why in _orders(ground, table) if _next_to_the_person(ground, table) else ():
            order = tuple(name for name in named if name not in _link(table))  # all rows of a person agree in these
            if order and not _served(ground, table, order):
                columns = ", ".join((*_link(table), *order))
                yield Finding("warning", table.name, order[0], f"{why} Add an index on ({columns}).")


def _orders(ground: Ground, table: Table) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the columns that rows are asked for by, and what it costs where no index has them."""
    asked = tuple(name for name, _ in table.order_by) or ground.key(table)
    if asked and ground.key(table):
        yield asked, "No index has the order of its pages, so all rows of the person are sorted for each."
    location = ground.manifest.location
    if location and location.points == table.name and asked[:1] != (location.time,):
        yield (location.time,), "No index leads to the points of a week, so all of the person are read."


def _served(ground: Ground, table: Table, order: tuple[str, ...]) -> bool:
    live, link = ground.live(table), set(_link(table))
    whole = ((*index.parts, *live.tail) for index in live.indexes)
    return any(set(parts[: len(link)]) == link and parts[len(link) :][: len(order)] == order for parts in whole)


def _next_to_the_person(ground: Ground, table: Table) -> bool:
    subject = ground.manifest.subject
    return bool(table.link and table.link.table == subject.table and set(table.link.to) == set(subject.key))


def _link(table: Table) -> tuple[str, ...]:
    return table.link.columns if table.link else ()
