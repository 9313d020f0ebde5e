"""Erasing a person by statements over sets of rows, and proving it by the same conditions."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from portal.kernel import failpoints
from portal.sources.base import Key, Person
from portal.sources.graph import Edge, Order
from portal.sources.manifest import Manifest, Table
from portal.sources.sql import sharing
from portal.sources.sql.files import NO_FILES, Cabinet, Named
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.parts import loosened
from portal.sources.sql.rules import Change, changes
from portal.sources.sql.schema import ENGINE_ACTS
from portal.sources.sql.seeking import redacting
from portal.sources.sql.session import Session
from portal.sources.sql.sharing import Going
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

    @property
    def deletes(self) -> bool:
        """Whether the rows go; else they change."""
        return self.head.text.startswith("DELETE")

    def statement(self, *more: Sql) -> Sql:
        """Return the statement, for those of the rows for which more holds."""
        those = joined([self.rows, *([self.due] if self.due else []), *more], " AND ")
        return self.head + " WHERE " + those + self.order


@dataclass(frozen=True)
class Plan:
    """The steps of an erasure in the order that every constraint allows; `divisible` if they may be done one by one.

    The `last` are done in one transaction: rows that lead to what is shared, and of that what nobody else uses.
    """

    steps: tuple[Step, ...]
    last: tuple[Step, ...]
    tables: tuple[str, ...]
    divisible: bool


def plan(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> Plan:
    """Lay out what the manifest says. Children go before parents, so every row is still reached when its turn comes.

    `only` names the tables that go. Foreign keys of the person's own rows that stand in the way are nulled first.
    """
    reach, order, tables = Going(Reach(ground, person), only), ground.order(), ground.manifest.tables
    going = tuple(name for name in order.tables if only is None or name in only)
    freed = [(tables[edge.child], edge.columns, reach.rows(tables[edge.child])) for edge in _freed(order, going)]
    found, salt = redacting(session, reach, only), secrets.token_hex(16)
    shared = sharing.candidates(session, reach, only)
    apart = {table.name for table, _ in shared}
    first = [_freeing(ground, *one) for one in [*freed, *loosened(ground, person, going)]]
    own = [tables[name] for name in going if name not in apart]
    then = [step for table in own if (step := _step(reach, table, order, found, salt)) is not None]
    leading = _leading(ground.manifest, [table for table, _ in shared], then)
    unused = [_unused(ground, table, keys) for table, keys in shared if keys]
    unkept = any(edge.child in going and edge.parent in going for edge in order.unkept)
    return Plan((*first, *then[:leading]), (*then[leading:], *unused), going, not unkept)


def erase(
    session: Session,
    ground: Ground,
    person: Person,
    only: Collection[str] | None = None,
    cabinet: Cabinet = NO_FILES,
) -> dict[str, int]:
    """Do all of it inside the session's transaction; return rows deleted or changed by table."""
    lock(session, ground, person)
    return whole(session, ground, plan(session, ground, person, only), cabinet)


def whole(session: Session, ground: Ground, steps: Plan, cabinet: Cabinet = NO_FILES) -> dict[str, int]:
    """Do all steps inside the session's transaction; return rows deleted or changed by table."""
    erased = Counter(dict.fromkeys(steps.tables, 0))
    together(session, ground, (*steps.steps, *steps.last), erased, cabinet)
    return dict(erased)


def together(
    session: Session, ground: Ground, steps: Sequence[Step], erased: Counter[str], cabinet: Cabinet = NO_FILES
) -> None:
    """Do some steps inside the session's transaction, and count their rows; the files that they name go last."""
    named: list[Named] = []
    for step in steps:
        named += cabinet.named(session, ground, step.table, step.rows)
        rows = session.run(step.statement())
        if step.told:
            erased[step.table.name] += rows
            failpoints.point(f"{ground.manifest.id}: erased {step.table.name}")
    cabinet.remove(session, ground, named)


def lock(session: Session, ground: Ground, person: Person) -> None:
    """Lock the subject's row: nobody else changes it, or gives it new rows, before the transaction ends."""
    subject = ground.subject
    rows = Reach(ground, person).rows(subject)
    session.all(Sql(f"SELECT 1 FROM {ground.from_(subject)} WHERE ") + rows + ground.dialect.lock)


def remaining(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> dict[str, int]:
    """Return, by table, the person's rows that the manifest wants gone or changed and that are not."""
    reach = Going(Reach(ground, person), only)
    found = redacting(session, reach, only)
    for statement in ground.dialect.finding_none:
        session.say(statement)
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


def _leading(manifest: Manifest, shared: Sequence[Table], steps: Sequence[Step]) -> int:
    """Return the place of the first step whose rows lead to shared ones, which are found as long as those stay."""
    way: set[str] = set()
    for table in shared:
        here = table
        while here.link and here.link.table not in way:
            way.add(here.link.table)
            here = manifest.tables[here.link.table]
    return next((place for place, step in enumerate(steps) if step.table.name in way), len(steps))


def _unused(ground: Ground, table: Table, keys: Sequence[Key]) -> Step:
    """Return the step that deletes those of some shared rows that nothing refers to any more."""
    head = Sql(ground.dialect.delete.format(table=ground.from_(table)))
    return Step(table, head, ground.equals(table, ground.key(table), keys), sharing.unused(ground, table))


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
