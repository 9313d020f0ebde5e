"""Single tables of a database: what goes with one, and what has to let go of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from portal.sources.base import Person
from portal.sources.graph import Edge
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.schema import ForeignKey, edges
from portal.sources.sql.statement import Sql, joined


def goes_with(ground: Ground, name: str) -> tuple[str, ...]:
    """Return the tables that cannot stay when one goes, in the order of the manifest."""
    going = {name}
    while more := _linked(ground, going) or _held(ground, going):  # links first: they say which of two names is meant
        going |= more
    return tuple(other for other in ground.manifest.tables if other in going - {name})


def loosened(ground: Ground, person: Person, going: Collection[str]) -> Iterator[tuple[Table, tuple[str, ...], Sql]]:
    """Yield the foreign keys, of the person's rows that stay, that refer to rows that go: table, columns and rows."""
    reach = Reach(ground, person)
    for edge in edges(ground.manifest, ground.schema):
        if edge.bond == "nullable" and edge.parent in going and edge.child not in going:
            child, parent = (ground.manifest.tables[name] for name in (edge.child, edge.parent))
            to = joined((ground.name(parent, column) for column in _key(ground, edge).to), ", ")
            inside = "SELECT " + to + f" FROM {ground.from_(parent)} WHERE " + reach.rows(parent)
            yield (
                child,
                edge.columns,
                reach.rows(child) + " AND " + ground.names(child, edge.columns) + (" IN (" + inside + ")"),
            )


def _linked(ground: Ground, going: Collection[str]) -> set[str]:
    return {below for name in going for below in ground.manifest.below(name)} - set(going)


def _held(ground: Ground, going: Collection[str]) -> set[str]:
    leading = (edge for edge in edges(ground.manifest, ground.schema) if edge.parent in going)
    return {edge.child for edge in leading if edge.child not in going and _must(ground, edge, going)}


def _must(ground: Ground, edge: Edge, going: Collection[str]) -> bool:
    """Tell whether rows of the child cannot stay; its rows of the same real table may go under another name already."""
    if edge.bond == "nullable":
        return False
    if edge.bond == "engine":
        return _key(ground, edge).on_delete == "CASCADE"
    tables = ground.manifest.tables
    twins = (tables[name] for name in going if tables[name].real == tables[edge.child].real)
    return not any(twin.link and twin.link.table in going for twin in twins)


def _key(ground: Ground, edge: Edge) -> ForeignKey:
    child, parent = ground.manifest.tables[edge.child], ground.manifest.tables[edge.parent]
    return next(
        key for key in ground.live(child).references if key.columns == edge.columns and key.table == parent.real
    )
