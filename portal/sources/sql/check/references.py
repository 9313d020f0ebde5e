"""Foreign keys that would hold rows back or take them along, and tables that nobody covers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql import sharing
from portal.sources.sql.check.saying import error, warning
from portal.sources.sql.draft import guess
from portal.sources.sql.draft.entries import references
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import rules
from portal.sources.sql.schema import ENGINE_ACTS, ForeignKey, LiveTable
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, bound

_EMAIL = re.compile(r"[\w.+-]@[\w-]+\.[A-Za-z]{2}")
_ROWS = 200  # of a table that nobody covers, in which addresses are looked for


def uncovered(ground: Ground) -> Iterator[Finding]:
    covered = {table.real: table for table in ground.manifest.tables.values()}
    for name, live in ground.schema.items():
        for key in live.references if name not in covered and not live.part_of else ():
            parent = covered.get(key.table)
            if parent and _surely_goes(parent) and key.on_delete not in ENGINE_ACTS:
                yield Finding(
                    "error", name, key.columns[0], f"Its rows hold those of {parent.name} back. Cover the table."
                )
            elif parent:
                yield Finding("warning", name, key.columns[0], f"It refers to {parent.name} and is not covered.")


def unnoticed(session: Session, ground: Ground) -> Iterator[Finding]:
    """Look for tables that nobody covers and no foreign key ties to a covered one, with columns that name persons."""
    covered = {table.real for table in ground.manifest.tables.values()}
    for name, live in ground.schema.items():
        if name in covered or live.part_of or any(key.table in covered for key in live.references):
            continue
        telling = [one.name for one in live.columns.values() if guess.is_email(live, one) or guess.is_phone(one)]
        leading = [key for key in references(ground.schema, live) if key.table in covered]
        if telling:
            say = "It may name persons, and the table is not covered. Cover it: it can be joined by a match."
            yield Finding("warning", name, telling[0], say)
        elif leading:
            say = f"Its name leads to {leading[0].table}, and the table is not covered. Cover it by a link."
            yield Finding("warning", name, leading[0].columns[0], say)
        elif column := _addressed(session, ground, live):
            say = "E-mail addresses are in it, and the table is not covered. If they are persons', cover it."
            yield Finding("warning", name, column, say)


def _addressed(session: Session, ground: Ground, live: LiveTable) -> str:
    """Return the first column whose rows, as far as they are looked at, hold an e-mail address; "" where none does."""
    place = ".".join(map(ground.dialect.quote, filter(None, (live.schema, live.name))))
    for column in (one for one in live.columns.values() if one.kind in ("text", "json")):
        value = ground.dialect.text(Sql(ground.dialect.quote(column.name)))
        first = "SELECT " + value + f" AS portal_text FROM {place} LIMIT {_ROWS}"
        session.say("SAVEPOINT portal_text")
        try:
            likely = "SELECT portal_text FROM (" + first + ") AS portal_first WHERE portal_text LIKE " + bound("%_@_%")
            if any(_EMAIL.search(str(text)) for (text,) in session.all(likely)):
                return column.name
        except SourceUnavailable:  # a right that the login lacks, or a text that is none
            session.say("ROLLBACK TO SAVEPOINT portal_text")
    return ""


def kept_children(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.erase == "delete":
            continue
        nulled = {column.name for column, rule in rules(ground, table) if rule.kind == "null"}
        for key in ground.live(table).references:
            if _goes_under(ground, table, key) and key.on_delete == "CASCADE":
                yield error(table, key.columns[0], f"Rows to be kept go when {key.table} is deleted (CASCADE).")
            elif _goes_under(ground, table, key) and key.on_delete not in ENGINE_ACTS and not nulled & set(key.columns):
                yield error(table, key.columns[0], f"It refers to {key.table}, which is deleted. Let it be nulled.")


def _goes_under(ground: Ground, table: Table, key: ForeignKey) -> bool:
    """Say whether rows that stay refer to rows that go, unless the same rows go under another name of their table."""
    tables = ground.manifest.tables.values()
    gone = {parent.name for parent in tables if parent.real == key.table and _surely_goes(parent)}
    twins = (twin for twin in tables if twin.real == table.real and twin.erase == "delete" and twin.link)
    return bool(gone) and not any(twin.link and twin.link.table in gone for twin in twins)


def _surely_goes(table: Table) -> bool:
    """Tell whether a table's rows go with the person; what goes with its last user stays while it is referred to."""
    return table.erase == "delete" and not (table.link and table.link.while_used)


def always_used(ground: Ground) -> Iterator[Finding]:
    """Look for shared rows that never go: they have no key, or rows that stay do not let go of them."""
    for table in sharing.shared(ground):
        if not ground.key(table):
            yield error(table, "", 'Rows that go with their last user need a key. Write key = ["…"].')
        for use in sharing.uses(ground, table):
            tables = [one for one in ground.manifest.tables.values() if one.real == use.table]
            if tables and not any(sharing.lets_go(ground, one, use.columns) for one in tables):
                say = f'It stays and refers to {table.name}, whose rows stay then too. Write erase = "null".'
                yield warning(tables[0], use.columns[0], say)


def held_by_shared(ground: Ground) -> Iterator[Finding]:
    """Look for rows that stay with a shared one, while what they refer to by a foreign key is deleted."""
    tables = ground.manifest.tables
    for shared in sharing.shared(ground):
        below = {shared.name, *ground.manifest.below(shared.name)}
        for table in (tables[name] for name in below if name != shared.name):
            for key in ground.live(table).references:
                gone = [one for one in tables.values() if one.real == key.table and _surely_goes(one)]
                if key.on_delete not in ENGINE_ACTS and any(one.name not in below for one in gone):
                    say = f"It may stay with {shared.name} while {key.table} is deleted. Write ON DELETE SET NULL."
                    yield error(table, key.columns[0], say)


def circles(ground: Ground) -> Iterator[Finding]:
    for edge in ground.order().unkept:
        table = ground.manifest.tables[edge.child]
        yield error(table, edge.columns[0], f"It and {edge.parent} refer to each other, and neither may be null.")
