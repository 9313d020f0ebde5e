"""The manifest against the live schema: what an export or erasure would stumble over, found before it does."""

from __future__ import annotations

from portal.sources.base import Finding
from portal.sources.sql import ordered
from portal.sources.sql.check import (
    choices,
    conditions,
    constraints,
    details,
    indexes,
    leftovers,
    names,
    references,
    refusals,
)
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session


def findings(session: Session, ground: Ground) -> list[Finding]:
    """Return all that is wrong; names first, since nothing else can be judged while one is unknown."""
    unknown = [*names.unknown_tables(ground), *names.unknown_columns(ground)]
    if unknown:
        return list(dict.fromkeys(unknown))
    return [
        *indexes.unserved_links(ground),
        *ordered.findings(ground),
        *refusals.refused_rules(ground),
        *leftovers.names_left(ground),
        *leftovers.keeping(ground),
        *leftovers.proof(ground),
        *details.history(ground),
        *details.corrections(ground),
        *choices.unwritable(ground),
        *choices.births(session, ground),
        *references.uncovered(ground),
        *references.unnoticed(session, ground),
        *indexes.slow(ground),
        *references.kept_children(ground),
        *references.circles(ground),
        *references.always_used(ground),
        *references.held_by_shared(ground),
        *conditions.conditions(session, ground),
        *constraints.refused_values(session, ground),
    ]
