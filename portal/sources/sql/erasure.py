"""Erasing a person by statements over sets of rows, and proving it by the same conditions."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from portal.kernel import failpoints
from portal.sources.base import Person
from portal.sources.graph import Edge, Order
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.parts import loosened
from portal.sources.sql.rules import Change, changes
from portal.sources.sql.schema import ENGINE_ACTS
from portal.sources.sql.seeking import redacting
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, either, joined


@dataclass(frozen=True)
class Step:
    """What is done to the person's rows of one table: `head` is the statement as far as WHERE.

    `due` holds for rows that are not as wanted yet, so that a repetition touches none. A step that only lets go of
    others is not `told`. Rows that refer to others of their table go `backwards`, the newest first.
    """

    table: Table
    head: Sql
    rows: Sql
    due: Sql | None = None
    told: bool = True
    backwards: bool = False
    order: str = ""

    def statement(self, *more: Sql) -> Sql:
        """Return the statement, for those of the rows for which more holds."""
        those = joined([self.rows, *([self.due] if self.due else []), *more], " AND ")
        return self.head + " WHERE " + those + self.order


@dataclass(frozen=True)
class Plan:
    """The steps of an erasure in the order that every constraint allows; `divisible` if they may be done one by one."""

    steps: tuple[Step, ...]
    tables: tuple[str, ...]
    divisible: bool


def plan(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> Plan:
    """Lay out what the manifest says. Children go before parents, so every row is still reached when its turn comes.

    `only` names the tables that go. Foreign keys of the person's own rows that stand in the way are nulled first.
    """
    reach, order, tables = Reach(ground, person), ground.order(), ground.manifest.tables
    going = tuple(name for name in order.tables if only is None or name in only)
    freed = [(tables[edge.child], edge.columns, reach.rows(tables[edge.child])) for edge in _freed(order, going)]
    found, salt = redacting(session, reach, only), secrets.token_hex(16)
    first = [_freeing(ground, *one) for one in [*freed, *loosened(ground, person, going)]]
    then = [step for name in going if (step := _step(reach, tables[name], order, found, salt)) is not None]
    unkept = any(edge.child in going and edge.parent in going for edge in order.unkept)
    return Plan((*first, *then), going, not unkept)


def erase(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> dict[str, int]:
    """Do all of it inside the session's transaction; return rows deleted or changed by table."""
    lock(session, ground, person)
    return whole(session, ground, plan(session, ground, person, only))


def whole(session: Session, ground: Ground, steps: Plan) -> dict[str, int]:
    """Do all steps inside the session's transaction; return rows deleted or changed by table."""
    erased = Counter(dict.fromkeys(steps.tables, 0))
    for step in steps.steps:
        rows = session.run(step.statement())
        if step.told:
            erased[step.table.name] += rows
            failpoints.point(f"{ground.manifest.id}: erased {step.table.name}")
    return dict(erased)


def lock(session: Session, ground: Ground, person: Person) -> None:
    """Lock the subject's row: nobody else changes it, or gives it new rows, before the transaction ends."""
    subject = ground.subject
    rows = Reach(ground, person).rows(subject)
    session.all(Sql(f"SELECT 1 FROM {ground.from_(subject)} WHERE ") + rows + ground.dialect.lock)


def remaining(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> dict[str, int]:
    """Return, by table, the person's rows that the manifest wants gone or changed and that are not."""
    reach = Reach(ground, person)
    found = redacting(session, reach, only)
    counted = {
        name: session.count(Sql(f"SELECT COUNT(*) FROM {ground.from_(table)} WHERE ") + due)
        for name, table in ground.manifest.tables.items()
        if (only is None or name in only) and (due := _due(reach, table, found)) is not None
    }
    return {name: rows for name, rows in counted.items() if rows}


def _freed(order: Order, going: Sequence[str]) -> Iterator[Edge]:
    return (edge for edge in order.nulled if edge.child in going)


def _freeing(ground: Ground, table: Table, columns: Collection[str], rows: Sql) -> Step:
    nulled = [Change(name, Sql("NULL"), ground.name(table, name) + " IS NOT NULL") for name in columns]
    return _update(ground, table, nulled, rows, told=False)


def _step(reach: Reach, table: Table, order: Order, found: str, salt: str) -> Step | None:
    ground, rows = reach.ground, reach.rows(table)
    if table.erase == "delete":
        tangled, alone = _tangled(ground, table, order), "SELECT" not in rows.text
        form = ground.dialect.delete_alone if alone else ground.dialect.delete
        in_turn = tangled and alone and ground.dialect.deletes_in_turn
        newest = ", ".join(f"{ground.bare(table, column)} DESC" for column in ground.key(table))
        head, last = Sql(form.format(table=ground.from_(table))), f" ORDER BY {newest}" if in_turn and newest else ""
        return Step(table, head, rows, backwards=tangled, order=last)
    wanted = changes(ground, table, found, salt)
    return _update(ground, table, wanted, rows) if wanted else None


def _tangled(ground: Ground, table: Table, order: Order) -> bool:
    """Tell whether rows refer to others of their table by a foreign key that nothing loosens."""
    loose = {edge.columns for edge in order.nulled if edge.child == table.name}
    own = (key for key in ground.live(table).references if key.table == table.real)
    return any(key.on_delete not in ENGINE_ACTS and key.columns not in loose for key in own)


def _update(ground: Ground, table: Table, wanted: list[Change], rows: Sql, told: bool = True) -> Step:
    sets = joined((f"{ground.bare(table, change.column)} = " + change.value for change in wanted), ", ")
    form = ground.dialect.update if "SELECT" in rows.text else ground.dialect.update_alone
    head = form.format(table=ground.from_(table)) + " SET " + sets
    return Step(table, head, rows, either(change.due for change in wanted), told)


def _due(reach: Reach, table: Table, found: str) -> Sql | None:
    if table.erase == "delete":
        return reach.rows(table)
    wanted = changes(reach.ground, table, found, "")
    return reach.rows(table) + " AND " + either(change.due for change in wanted) if wanted else None
