"""Links, matches and foreign keys that no index serves, so that a whole table is read."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Match, Table
from portal.sources.sql.check.saying import warning
from portal.sources.sql.ground import Ground


def unserved_links(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        live = ground.live(table)
        if table.link and not any(live.serves(column) for column in table.link.columns):
            yield warning(table, table.link.columns[0], "The link has no index, so the whole table is read. Add one.")
        matches = ground.manifest.subject.match if table.name == ground.subject.name else table.match
        yield from (warning(table, match.column, say) for match in matches if (say := _unserved(ground, table, match)))


def _unserved(ground: Ground, table: Table, match: Match) -> str:
    live = ground.live(table)
    if match.exact or match.kind == "external_id":
        return "" if live.serves(match.column) else "The match has no index, so the whole table is read. Add one."
    if match.kind == "phone":
        return "Numbers are compared by their digits, so the whole table is read. Store +E.164 and say exact = true."
    served = live.serves(f"lower({match.column})".lower()) or live.serves(match.column, folding=True)
    return "" if served else f"No index serves a match without regard to case. Add one on lower({match.column})."


def slow(ground: Ground) -> Iterator[Finding]:
    """Look for foreign keys that make the engine read a whole table for each row that goes."""
    gone = {table.real for table in ground.manifest.tables.values() if table.erase == "delete"}
    for name, live in ground.schema.items():
        for key in live.references:
            if key.table in gone and not any(live.serves(column) for column in key.columns):
                say = f"Its foreign key has no index: each row of {key.table} that goes reads the whole table. Add one."
                yield Finding("warning", name, key.columns[0], say)
