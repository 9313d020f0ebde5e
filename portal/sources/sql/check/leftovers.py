"""What an erasure would leave behind, keep without an end, or be unable to prove."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql.check.saying import error, warning
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import rules

_TELLING = ("text", "json", "bytes", "other")


def names_left(ground: Ground) -> Iterator[Finding]:
    """Look for columns of anonymised rows that may still tell who it was; one the manifest lists was thought about."""
    for table in ground.manifest.tables.values():
        if table.erase != "anonymise":
            continue
        changed = {column.name for column, _ in rules(ground, table)}
        matches = ground.manifest.subject.match if table.name == ground.subject.name else table.match
        who = {match.column for match in matches if match.kind != "external_id"}
        for column in ground.live(table).columns.values():
            if column.name in who - changed:
                yield error(table, column.name, "It names the person and has no rule. Write erase for it.")
            elif column.kind in _TELLING and column.name not in {*table.columns, *ground.key(table)}:
                yield warning(
                    table, column.name, "It is not listed, so it stays as it is in an anonymised row. List it."
                )


def keeping(ground: Ground) -> Iterator[Finding]:
    """Look for kept rows without a date of their own or of what they hang on, with which they would go."""
    for table in ground.manifest.tables.values():
        if table.keep and not (table.link and table.link.shared) and not _ends(ground, table):
            yield warning(table, "", 'Rows are kept without an end. Write until = { column = "…", years = … }.')


def _ends(ground: Ground, table: Table) -> bool:
    if table.keep is None or table.keep.until:
        return table.keep is not None
    return table.link is not None and _ends(ground, ground.manifest.tables[table.link.table])


def proof(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.link and (table.erase == "delete" or any(rules(ground, table))):
            parent = ground.manifest.tables[table.link.table]
            gone = {column.name for column, _ in rules(ground, parent)} if parent.erase != "delete" else set()
            for own, to in zip(table.link.columns, table.link.to, strict=True):
                if to in gone:
                    say = f"The link leads through {parent.name}.{to}, which is erased, so nothing can be proven after."
                    yield warning(table, own, say)
