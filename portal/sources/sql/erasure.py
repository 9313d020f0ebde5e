"""Erasing a person by statements over sets of rows, and proving it by the same conditions."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator

from portal.kernel import failpoints
from portal.sources import values
from portal.sources.base import Identifier, Person
from portal.sources.identifiers import normal
from portal.sources.manifest import Manifest, Match, Table
from portal.sources.sql import sharing
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.parts import loosened
from portal.sources.sql.rules import Change, change, changes
from portal.sources.sql.session import Session
from portal.sources.sql.sharing import Going
from portal.sources.sql.spellings import pattern
from portal.sources.sql.statement import Sql, either, joined

_NAMES = 100  # values of one column that are sought in free text


def erase(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> dict[str, int]:
    """Erase all that the manifest says inside the session's transaction; return rows deleted or changed by table.

    Children go before parents, so every row is still reached when its turn comes. `only` names the tables that go.
    """
    reach, order = Going(Reach(ground, person), only), ground.order()
    going = [name for name in order.tables if only is None or name in only]
    subject = ground.subject
    session.all(Sql(f"SELECT 1 FROM {ground.from_(subject)} WHERE ") + reach.rows(subject) + ground.dialect.lock)
    found = _pattern(session, reach) if _redacts(ground) else ""
    may_go = sharing.candidates(session, reach, only)
    for edge in (edge for edge in order.nulled if edge.child in going):
        table = ground.manifest.tables[edge.child]
        session.run(_update(ground, table, _nulled(ground, table, edge.columns), reach.rows(table)))
    for table, columns, rows in loosened(ground, person, going):
        session.run(_update(ground, table, _nulled(ground, table, columns), rows))
    salt, erased = secrets.token_hex(16), {}
    last = {table.name for table, _ in may_go}
    for name in (name for name in going if name not in last):
        erased[name] = _erase_table(session, reach, ground.manifest.tables[name], found, salt)
        failpoints.point(f"{ground.manifest.id}: erased {name}")
    for table, keys in may_go:
        erased[table.name] = sharing.delete_unused(session, ground, table, keys)
    return erased


def remaining(session: Session, ground: Ground, person: Person, only: Collection[str] | None = None) -> dict[str, int]:
    """Return, by table, the person's rows that the manifest wants gone or changed and that are not."""
    reach = Going(Reach(ground, person), only)
    found = _pattern(session, reach) if _redacts(ground) else ""
    counted = {
        name: session.count(Sql(f"SELECT COUNT(*) FROM {ground.from_(table)} WHERE ") + due)
        for name, table in ground.manifest.tables.items()
        if (only is None or name in only) and (due := _due(reach, table, found)) is not None
    }
    return {name: rows for name, rows in counted.items() if rows}


def _erase_table(session: Session, reach: Reach, table: Table, found: str, salt: str) -> int:
    ground, rows = reach.ground, reach.rows(table)
    if table.erase == "delete":
        return session.run(ground.dialect.delete.format(table=ground.from_(table)) + " WHERE " + rows)
    wanted = changes(ground, table, found, salt)
    return session.run(_update(ground, table, wanted, rows)) if wanted else 0


def _nulled(ground: Ground, table: Table, columns: Collection[str]) -> list[Change]:
    return [Change(name, Sql("NULL"), ground.name(table, name) + " IS NOT NULL") for name in columns]


def _update(ground: Ground, table: Table, wanted: list[Change], rows: Sql) -> Sql:
    """Change the rows that are not as wanted yet, so that a repetition touches none."""
    sets = joined((f"{ground.bare(table, change.column)} = " + change.value for change in wanted), ", ")
    due = either(change.due for change in wanted)
    return ground.dialect.update.format(table=ground.from_(table)) + " SET " + sets + " WHERE " + rows + " AND " + due


def _due(reach: Reach, table: Table, found: str) -> Sql | None:
    if table.erase == "delete":
        return reach.rows(table)
    wanted = changes(reach.ground, table, found, "")
    return reach.rows(table) + " AND " + either(change.due for change in wanted) if wanted else None


def _redacts(ground: Ground) -> bool:
    columns = (column for table in ground.manifest.tables.values() for column in table.columns.values())
    return any(column.erase and column.erase.kind == "redact" for column in columns)


def _pattern(session: Session, reach: Reach) -> str:
    """Return what finds the person in free text: proven identifiers, those on their row, and what identifies them."""
    subject, manifest = reach.ground.subject, reach.ground.manifest
    own = [found for match in manifest.subject.match for found in _identifiers(session, reach, subject, match)]
    known = {*reach.person.identifiers, *own}
    names = {
        name
        for table in manifest.tables.values()
        for column in table.columns.values()
        if column.identifies
        for name in _values(session, reach, table, column.name)
    }
    emails = {identifier.value for identifier in known if identifier.kind == "email"}
    phones = {identifier.value for identifier in known if identifier.kind == "phone"}
    countries = {match.country for match in _matches(manifest) if match.kind == "phone"} or {""}
    return pattern(emails, ((phone, country) for phone in phones for country in countries), names)


def _identifiers(session: Session, reach: Reach, table: Table, match: Match) -> Iterator[Identifier]:
    for value in _values(session, reach, table, match.column):
        if (found := normal(match, value)) is not None:
            yield found


def _values(session: Session, reach: Reach, table: Table, column: str) -> list[str]:
    ground, name = reach.ground, reach.ground.name(table, column)
    chosen = "SELECT DISTINCT " + name + f" FROM {ground.from_(table)} WHERE " + reach.rows(table)
    rule = table.columns[column].erase if column in table.columns else None
    if rule and rule.kind != "redact":  # what an erasure wrote there before names nobody
        chosen = chosen + " AND " + change(ground, table, ground.column(table, column), rule).due
    rows = session.all(chosen + " AND " + name + f" IS NOT NULL LIMIT {_NAMES}")
    return [value for (value,) in rows if isinstance(value, str) and values.sound(value)]


def _matches(manifest: Manifest) -> Iterator[Match]:
    yield from manifest.subject.match
    for table in manifest.tables.values():
        yield from table.match
