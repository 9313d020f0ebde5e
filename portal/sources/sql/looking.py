"""The live preview of a deletion: counts, dates until which rows are kept, and what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from portal.kernel import clock
from portal.kernel.counts import AtLeast
from portal.sources import values
from portal.sources.base import Affected, Blocker, Line, Person, Preview
from portal.sources.keeping import kept_until
from portal.sources.manifest import Affects, Blocks, Table, Text
from portal.sources.manifest.model import is_currency
from portal.sources.sql import sharing
from portal.sources.sql.ground import Ground, Reach
from portal.sources.sql.session import Session
from portal.sources.sql.sharing import Going
from portal.sources.sql.statement import HERE, Sql, joined

_USED = Text.of({"en": "Others use it too.", "vi": "Người khác cũng đang dùng dữ liệu này."})
_SHOWN = 10  # rows that one rule names one by one
_NOW = re.compile(r"(?<![:\w]):now\b")


def preview(session: Session, ground: Ground, person: Person, most: int | None = None) -> Preview:
    """Count and look in one consistent view; with `most` no table is counted further than that where none needs it.

    Tables whose rows have companies or last days of their own are counted whole: a page must not leave any out.
    """
    reach, tables = Going(Reach(ground, person)), ground.manifest.tables.values()
    return Preview(
        (
            *(line for table in tables for line in _lines(session, reach, table, most)),
            *(line for table in sharing.shared(ground) for line in _used_by_others(session, reach, table)),
        ),
        tuple(found for table in tables for rule in table.blocks for found in _blockers(session, reach, table, rule)),
        clock.now(),
        tuple(found for table in tables for rule in table.affects for found in _affected(session, reach, table, rule)),
    )


def when(ground: Ground, rule: Blocks | Affects) -> Sql:
    """Return a rule's condition with the present moment bound, on lines of its own so that a comment ends in time."""
    places = len(_NOW.findall(rule.when))
    return Sql(
        "(\n" + _NOW.sub(HERE, rule.when) + "\n)", (ground.dialect.moment(clock.now().replace(microsecond=0)),) * places
    )


def facts_of(ground: Ground, table: Table, rule: Blocks) -> list[str]:
    """Return the columns that a rule's sentence speaks of; {rows} is their number."""
    return [ground.column(table, name).name for name in rule.columns()]


def _lines(session: Session, reach: Reach, table: Table, most: int | None) -> Iterator[Line]:
    ground, own = reach.ground, reach.ground.manifest.controller
    keep = table.keep
    if most is not None and not table.controller_column and not (keep and keep.until):
        counted = _counted(session, reach, table, most)
        yield Line(table.name, table.title, counted, table.erase, own, keep.reason if keep else None)
        return
    owner = ground.name(table, table.controller_column) if table.controller_column else None
    latest = "MAX(" + ground.name(table, keep.until.column) + ")" if keep and keep.until else Sql("NULL")
    asked = joined([Sql("COUNT(*)"), latest, *([owner] if owner else [])], ", ")
    query = "SELECT " + asked + f" FROM {ground.from_(table)} WHERE " + reach.rows(table)
    rows = session.all(query + " GROUP BY " + owner + " ORDER BY " + owner if owner else query)
    for count, date_there, *of in rows or [(0, None)]:
        controller = str(of[0]) if of and of[0] is not None else own
        until = kept_until(date_there, keep.until.years) if keep and keep.until else None
        yield Line(table.name, table.title, count, table.erase, controller, keep.reason if keep else None, until)


def _used_by_others(session: Session, going: Going, table: Table) -> Iterator[Line]:
    """Yield what of a shared table stays because others use it."""
    counted = f"SELECT COUNT(*) FROM {going.ground.from_(table)} WHERE "
    all_ = session.count(counted + Reach(going.ground, going.person).rows(table))
    if stays := all_ - session.count(counted + going.rows(table)):
        yield Line(table.name, table.title, stays, "keep", going.ground.manifest.controller, _USED)


def _counted(session: Session, reach: Reach, table: Table, most: int) -> int:
    some = f"SELECT 1 AS one FROM {reach.ground.from_(table)} WHERE " + reach.rows(table) + f" LIMIT {most + 1}"
    rows = session.count("SELECT COUNT(*) FROM (" + some + ") AS portal_some")
    return AtLeast(most) if rows > most else rows


def _blockers(session: Session, reach: Reach, table: Table, rule: Blocks) -> Iterator[Blocker]:
    ground = reach.ground
    those = f" FROM {ground.from_(table)} WHERE " + reach.rows(table) + " AND " + when(ground, rule)
    count = session.count("SELECT COUNT(*)" + those)
    named = facts_of(ground, table, rule)
    if count and not named:
        yield Blocker(rule.kind, table.name, rule.say, {"rows": count}, way_out=rule.way_out, url=rule.url)
    if count and named:
        chosen = joined((ground.name(table, name) for name in named), ", ")
        for row in session.all("SELECT " + chosen + those + ordered(ground, table) + f" LIMIT {_SHOWN}"):
            facts = {name: _fact(value) for name, value in zip(named, row, strict=True)}
            yield _blocker(rule, table, {"rows": count, **facts})


def _blocker(rule: Blocks, table: Table, facts: dict[str, str | int]) -> Blocker:
    """Return what is said of one row: each sum with its currency, and the address that is right for it."""
    money = {name: of if is_currency(of) else str(facts[of]).upper() for name, of in rule.money.items()}
    quoted = {name: quote(str(fact), safe="") for name, fact in facts.items()}
    url = rule.urls.get(str(facts[rule.by]), "") if rule.by else Text.of(rule.url).filled("en", quoted)
    return Blocker(rule.kind, table.name, rule.say, facts, money, rule.way_out, url)


def _affected(session: Session, reach: Reach, table: Table, rule: Affects) -> Iterator[Affected]:
    ground, others = reach.ground, reach.ground.manifest.tables[rule.table]
    there = f"SELECT COUNT(*) FROM {ground.from_(others)} WHERE " + reach.rows(others) + " AND " + when(ground, rule)
    if people := session.count(there):
        yield Affected(table.name, rule.say, {"people": people}, rule.then)


def ordered(ground: Ground, table: Table) -> Sql:
    """Return ORDER BY as the manifest says, then by key, so that the order is the same every time."""
    stated = dict(table.order_by)
    parts = stated | {column: False for column in ground.key(table) if column not in stated}
    names = (ground.name(table, column) + (" DESC" if down else "") for column, down in parts.items())
    return " ORDER BY " + joined(names, ", ") if parts else Sql("")


def _fact(value: Any) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else values.text(value)
