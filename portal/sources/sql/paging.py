"""A person's rows page by page, the newest first, each page found by where the one before ended and never by counting.

The order is that of the manifest, then the key, all of it descending; nulls stand where the engine has them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from portal.sources import values
from portal.sources.base import Page
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.session import Session
from portal.sources.sql.statement import NEVER, Sql, bound, either, joined


def page(session: Session, reach: Reach, table: Table, after: str, limit: int) -> Page:
    """Return one page; a table without any key is counted through, so give it one in the manifest."""
    names, order = shown(reach.ground, table), _order(reach.ground, table)
    rows = session.all(statement(reach, table, after, limit))
    kept, columns = rows[:limit], reach.ground.live(table).columns
    following = None
    if len(rows) > limit:
        last = [values.encode(value) for value in kept[-1][len(names) :]]
        following = json.dumps(last if order else int(after or 0) + limit)
    found = tuple(dict(zip(names, row, strict=False)) for row in kept)
    return Page(found, following, {name: columns[name].kind for name in names})


def shown(ground: Ground, table: Table) -> list[str]:
    """Return the columns that are given to the person, in the database's order."""
    hidden = {name for name, column in table.columns.items() if not column.export}
    return [name for name in ground.live(table).columns if name not in hidden]


def statement(reach: Reach, table: Table, after: str, limit: int) -> Sql:
    """Return what asks for one row more than a page has; behind the columns shown come those of the order."""
    ground, order = reach.ground, _order(reach.ground, table)
    given = (ground.given(table, name) for name in shown(ground, table))
    asked = joined([*given, *(ground.name(table, name) for name in order)], ", ")
    chosen = "SELECT " + asked + f" FROM {ground.from_(table)} WHERE " + reach.rows(table)
    if not order:
        return chosen + f" LIMIT {limit + 1} OFFSET {int(after or 0)}"
    if after:
        kinds = [ground.column(table, name).kind for name in order]
        last = [values.decode(value, kind) for value, kind in zip(json.loads(after), kinds, strict=True)]
        chosen = chosen + " AND " + _beyond(ground, table, order, last)
    by = joined((ground.name(table, name) + " DESC" for name in order), ", ")
    return chosen + " ORDER BY " + by + f" LIMIT {limit + 1}"


def _order(ground: Ground, table: Table) -> list[str]:
    """Return the columns of the order; none where no key tells rows apart."""
    key = ground.key(table)
    return list(dict.fromkeys([*(name for name, _ in table.order_by), *key])) if key else []


def _beyond(ground: Ground, table: Table, order: Sequence[str], last: Sequence[Any]) -> Sql:
    """Return the condition for what comes after a row. The first column is bounded by itself, for the index."""
    beyond = NEVER
    for name, value in reversed(list(zip(order, last, strict=True))):
        same = "(" + _same(ground, table, name, value) + " AND " + beyond + ")" if beyond != NEVER else NEVER
        beyond = either([_lower(ground, table, name, value), same])
    if ground.column(table, order[0]).nullable:
        return beyond
    return ground.name(table, order[0]) + " <= " + bound(last[0]) + " AND " + beyond


def _same(ground: Ground, table: Table, name: str, value: Any) -> Sql:
    column = ground.name(table, name)
    return column + " IS NULL" if value is None else column + " = " + bound(value)


def _lower(ground: Ground, table: Table, name: str, value: Any) -> Sql:
    column, high = ground.name(table, name), ground.dialect.null_is_highest
    if value is None:
        return column + " IS NOT NULL" if high else NEVER
    lower = column + " < " + bound(value)
    return lower if high or not ground.column(table, name).nullable else "(" + lower + " OR " + column + " IS NULL)"
