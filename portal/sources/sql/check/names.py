"""Names that the database does not have."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Place, Table
from portal.sources.sql.check.saying import error
from portal.sources.sql.ground import Ground


def unknown_tables(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.real not in ground.schema:
            say = f"The database has no table {table.real}. Mend the name, or take the table out."
            hidden = (
                " If it is there, the login may not see it: GRANT it SELECT, and USAGE on its schema."
                if ground.dialect.hides
                else ""
            )
            yield error(table, "", say + hidden)


def unknown_columns(ground: Ground) -> Iterator[Finding]:
    for place, key in _places(ground):
        table = ground.manifest.tables[place.table]
        if table.real in ground.schema and place.column not in ground.schema[table.real].columns:
            yield error(table, place.column, f"There is no such column; {key} names it.")


def _places(ground: Ground) -> Iterator[tuple[Place, str]]:
    """Yield every column that the manifest names, with the key that names it."""
    manifest = ground.manifest
    for table in manifest.tables.values():
        for key, columns in _named(table):
            yield from ((Place(table.name, column), key) for column in columns)
        if table.link:
            yield from ((Place(table.link.table, column), "link") for column in table.link.to)
    subject, location = manifest.subject, manifest.location
    yield from ((Place(subject.table, column), "subject.key") for column in subject.key)
    yield from ((Place(subject.table, match.column), "subject.match") for match in subject.match)
    if subject.born:
        yield Place(subject.table, subject.born), "subject.born"
    if location:
        for column in (location.time, location.latitude, location.longitude):
            yield Place(location.points, column), "location"
        yield from ((place, "location") for place in (location.reported_state, location.reported_at) if place)
    yield from ((wish.place, "preferences") for wish in manifest.preferences.values() if wish.place)
    yield from ((fact.place, "proofs") for fact in manifest.proofs.values())


def _named(table: Table) -> Iterator[tuple[str, list[str]]]:
    yield "columns", list(table.columns)
    yield "key", list(table.key)
    yield "blocks", [column for rule in table.blocks for column in rule.columns()]
    yield "link", list(table.link.columns) if table.link else []
    yield "match", [match.column for match in table.match]
    yield "order_by", [column for column, _ in table.order_by]
    yield "time", [table.time] if table.time else []
    yield "changed", [table.changed] if table.changed else []
    yield "controller_column", [table.controller_column] if table.controller_column else []
    yield "keep", [*table.keep.columns, *([table.keep.until.column] if table.keep.until else [])] if table.keep else []
    yield "blocks", [name for rule in table.blocks for name in rule.say.names() if name != "rows"]
