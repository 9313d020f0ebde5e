"""In which order tables are erased: rows that refer before rows referred to.

An edge is a link of the manifest or a foreign key of the live schema. Links never lead in a circle, and a table must be
erased while what it is reached through is still there, so links always hold. Foreign keys may make circles. The first
one in a circle that can give way does: one that the engine looks after (SET NULL, CASCADE) is left to it, one whose
columns may be null is nulled in the person's own rows first. What can do neither stays unkept and is named: the engine
may still accept it (a deferred constraint, no such row), and `portal sources check` warns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from portal.sources.manifest import Table

Bond = Literal["link", "engine", "nullable", "fixed"]
_YIELDS: tuple[Bond, ...] = ("engine", "nullable", "fixed")


@dataclass(frozen=True)
class Edge:
    """`child` has columns that refer to `parent`, so child is erased first. `bond` says how the edge can give way."""

    child: str
    parent: str
    columns: tuple[str, ...] = ()
    bond: Bond = "link"


@dataclass(frozen=True)
class Order:
    """Tables in the order of erasure, foreign keys to be nulled before, and those that nothing can keep."""

    tables: tuple[str, ...]
    nulled: tuple[Edge, ...] = ()
    unkept: tuple[Edge, ...] = ()


def links(tables: Mapping[str, Table]) -> list[Edge]:
    """Return the links as edges: whatever way a link points, rows go before what they are reached through."""
    return [Edge(table.name, table.link.table, table.link.columns) for table in tables.values() if table.link]


def order(names: Sequence[str], edges: Sequence[Edge]) -> Order:
    """Return children before parents, else in the order given; the same for the same input."""
    own = [edge for edge in edges if edge.child == edge.parent]
    held = [edge for edge in edges if edge.child != edge.parent and {edge.child, edge.parent} <= set(names)]
    waiting, done, given = list(names), [], [edge for edge in own if edge.bond != "link"]
    while waiting:
        free = next((name for name in waiting if not any(edge.parent == name for edge in held)), None)
        if free is None:
            weakest = _weakest(held)
            held.remove(weakest)
            given.append(weakest)
            continue
        waiting.remove(free)
        done.append(free)
        held = [edge for edge in held if edge.child != free]
    nulled = tuple(edge for edge in given if edge.bond == "nullable")
    return Order(tuple(done), nulled, tuple(edge for edge in given if edge.bond == "fixed" and edge not in own))


def _weakest(edges: Sequence[Edge]) -> Edge:
    """Return the edge of a circle that gives way most easily."""
    circling = [edge for edge in edges if _reaches(edges, edge.parent, edge.child)]
    return min((edge for edge in circling if edge.bond != "link"), key=lambda edge: _YIELDS.index(edge.bond))


def _reaches(edges: Sequence[Edge], start: str, end: str) -> bool:
    """Say whether going from child to parent leads from one table to another."""
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        found = {edge.parent for edge in edges if edge.child == here} - seen
        seen |= found
        ahead += found
    return end in seen
