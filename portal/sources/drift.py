"""What has changed in the schema of a system since it was last checked: a column that came may hold persons."""

from __future__ import annotations

from collections.abc import Iterator

from portal.kernel import clock
from portal.kernel.db import atomic
from portal.sources.base import Finding, Shape
from portal.sources.models import KnownSchema


def findings(source: str, shape: Shape) -> list[Finding]:
    """Return a warning for each change of a system's schema; none for a system that was never checked."""
    known = KnownSchema.get_or_none(KnownSchema.source == source)
    return list(changes(known.shape, shape)) if known else []


def remember(source: str, shape: Shape) -> None:
    """Keep the present schema of a system as the one to compare with next time."""
    now = {"seen_at": clock.now(), "shape": shape}
    with atomic():
        KnownSchema.insert(source=source, **now).on_conflict(conflict_target=[KnownSchema.source], update=now).execute()


def changes(before: Shape, after: Shape) -> Iterator[Finding]:
    """Yield a warning for each difference of two shapes of a system."""
    for table in sorted({*before, *after}):
        if table not in before:
            yield _warning(table, "", "The table is new. If it holds persons, cover it.")
        elif table not in after:
            yield _warning(table, "", "The table is gone.")
        else:
            yield from _parts(table, dict(before[table]), dict(after[table]))


def _parts(table: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Finding]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield _warning(table, name, f"It is new: {after[name]}. Say in the manifest what becomes of it.")
        elif name not in after:
            yield _warning(table, name, f"It is gone. It was: {before[name]}.")
        elif before[name] != after[name]:
            yield _warning(table, name, f"It was: {before[name]}. Now it is: {after[name]}.")


def _warning(table: str, name: str, say: str) -> Finding:
    return Finding("warning", table, name, "Since the last check: " + say)
