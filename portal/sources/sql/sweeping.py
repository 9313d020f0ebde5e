"""Looking through the texts of every covered table for somebody who was erased.

Addresses and numbers alone are sought, never names, which many people share. What is found is told apart, so that
nobody is accused: rows of others, in which it may stand by right, rows that are kept for a reason, and the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from portal.sources.base import Mention, Person, Why
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.rules import rules
from portal.sources.sql.schema import LiveColumn
from portal.sources.sql.seeking import outlined, sought
from portal.sources.sql.session import Session
from portal.sources.sql.spellings import Outline
from portal.sources.sql.statement import Sql, either, joined

_TEXTS = ("text", "text[]", "json", "json[]")


def sweep(session: Session, reach: Reach, only: Collection[str] | None = None) -> list[Mention]:
    """Return what is found, by table (one of its names in the manifest) and column; `only` names those that went."""
    ground, person = reach.ground, reach.person
    known = {*person.identifiers, *person.traces}
    pattern, outlines = sought(ground.manifest, known), outlined(ground.manifest, known)
    if not pattern:
        return []
    real = {table.real: table for table in ground.manifest.tables.values() if only is None or table.name in only}
    return [
        mention
        for table in real.values()
        for column, holds in _found(session, ground, table, pattern, outlines)
        for mention in _told_apart(session, reach, table, column, holds, only)
    ]


def _found(
    session: Session, ground: Ground, table: Table, pattern: str, outlines: Sequence[Outline]
) -> Iterator[tuple[LiveColumn, Sql]]:
    """Yield the columns of a table that hold it, each with the condition; all are read at once.

    LIKE goes first, for the pattern takes many times as long.
    """
    columns = [one for one in ground.live(table).columns.values() if one.kind in _TEXTS and not one.generated]
    alike = [ground.dialect.alike(column, ground.name(table, column.name), outlines) for column in columns]
    holds = [
        like + " AND " + ground.dialect.mentions(ground.name(table, column.name), pattern)
        for column, like in zip(columns, alike, strict=True)
    ]
    if not columns:
        return
    counts = joined(("COUNT(CASE WHEN " + one + " THEN 1 END)" for one in holds), ", ")
    [found] = session.all("SELECT " + counts + f" FROM {ground.from_(table)} WHERE " + either(alike))
    yield from ((column, hold) for column, hold, rows in zip(columns, holds, found, strict=True) if rows)


def _told_apart(
    session: Session, reach: Reach, table: Table, column: LiveColumn, holds: Sql, only: Collection[str] | None
) -> Iterator[Mention]:
    ground = reach.ground
    asked = Sql(f"SELECT COUNT(*) FROM {ground.from_(table)} WHERE ") + holds
    theirs = session.count(asked + " AND " + _of_others(reach, table))
    rest: Why = "kept" if _stays(ground, table, column, only) else "open"
    counted: dict[Why, int] = {"others": theirs, rest: session.count(asked) - theirs}
    yield from (Mention(table.name, column.name, rows, why) for why, rows in counted.items() if rows > 0)


def _stays(ground: Ground, table: Table, column: LiveColumn, only: Collection[str] | None) -> bool:
    """Tell whether the manifest, under any name of the table, or a hold wants a column of the person to stay."""
    for name in _names(ground, table):
        held, shared = only is not None and name.name not in only, bool(name.link and name.link.shared)
        ruled = {changed.name for changed, _ in rules(ground, name)}
        if held or shared or (name.erase == "keep" and column.name not in ruled):
            return True
    return False


def _of_others(reach: Reach, table: Table) -> Sql:
    """Return the condition that a row leads to another person, and under no name of its table to this one."""
    names = _names(reach.ground, table)
    own, others = either(reach.rows(name) for name in names), either(_another(reach, name) for name in names)
    return "CASE WHEN " + own + " THEN 0 WHEN " + others + " THEN 1 ELSE 0 END = 1"


def _another(reach: Reach, table: Table) -> Sql:
    ground, subject = reach.ground, reach.ground.manifest.subject
    if table.name == subject.table:
        return "NOT (" + ground.equals(table, subject.key, reach.person.keys) + ")"
    if table.link is None:
        matched = ground.matched(table, table.match, Person((), (*reach.person.identifiers, *reach.person.traces)))
        filled = either(ground.name(table, match.column) + " IS NOT NULL" for match in table.match)
        return filled + " AND CASE WHEN " + matched + " THEN 0 ELSE 1 END = 1"
    parent = ground.manifest.tables[table.link.table]
    inner = joined((ground.name(parent, column) for column in table.link.to), ", ")
    inside = "SELECT " + inner + f" FROM {ground.from_(parent)} WHERE " + _another(reach, parent)
    return ground.names(table, table.link.columns) + " IN (" + inside + ")"


def _names(ground: Ground, table: Table) -> list[Table]:
    return [other for other in ground.manifest.tables.values() if other.real == table.real]
