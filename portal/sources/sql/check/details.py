"""Places and corrections: what their pages would stumble over."""

from __future__ import annotations

from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql import correcting
from portal.sources.sql.check.saying import error
from portal.sources.sql.ground import Ground
from portal.sources.sql.schema import LiveColumn


def history(ground: Ground) -> Iterator[Finding]:
    if (location := ground.manifest.location) is None:
        return
    table = ground.manifest.tables[location.points]
    if not ground.key(table):
        yield error(table, "", 'The points have no key, so none can be told from another. Write key = ["…"].')
    if ground.column(table, location.time).kind not in ("datetime", "text"):
        yield error(table, location.time, "It holds no moment. Name a column with date and time.")


def corrections(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        for column in table.correctable:
            if say := _uncorrectable(ground, table, ground.column(table, column.name), column.correct):
                yield error(table, column.name, say)


def _uncorrectable(ground: Ground, table: Table, column: LiveColumn, correct: str) -> str:
    """Say why a correction would be refused, or would tear rows apart; "" when it would not."""
    if column.generated:
        return "The database makes this column itself, so it cannot be corrected. Take correct out."
    if not ground.key(table):
        return 'The table has no key, so one row cannot be told from another. Write key = ["…"].'
    if column.name in {*ground.manifest.joints(table), *ground.key(table)}:
        return "It holds rows together, so it cannot be corrected. Take correct out."
    if column.kind not in correcting.KINDS:
        return f"A column of type {column.type} cannot be corrected here. Take correct out."
    if correct == "self" and any(
        index.unique and index.parts == (column.name,) for index in ground.live(table).indexes
    ):
        return 'Its values must differ, so somebody has to look first. Write correct = "review".'
    return ""
