"""Who is in a system again although they were erased: found by keyed hashes, told to staff by numbers alone.

Nobody is erased by this. A restored backup brings people back, and then `portal erasures replay` erases them again;
people also return by their own will, and then nothing is to be done. Which of the two it is, somebody has to see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import structlog

from portal import config
from portal.cases import service as cases
from portal.cases.models import CaseEvent
from portal.deletion.models import ErasureRecord, Returned
from portal.deletion.service import ledger
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Person, Source

log = structlog.get_logger()
KIND = "inquiry"  # what staff look at it in
EVENT = "people returned"

audit.declare("deletion.returned", "reference", "source", "people")


def sweep() -> int:
    """Compare every system with the ledger, and open a case for each system with people who were not there before.

    Return how many people that were. A system that does not answer is asked again the next time.
    """
    known = _known()
    return sum(_look(source, known) for source in registry.active().connected()) if known else 0


def recent(limit: int = 100) -> list[Returned]:
    """Return what was found last, the newest first."""
    return list(Returned.select().order_by(Returned.found_at.desc(), Returned.id.desc()).limit(limit))


def _known() -> dict[str, ErasureRecord]:
    """Return the erasure of each hashed address or number; one of a part of somebody's data lets them stay."""
    records = (row for row in ErasureRecord.select() if "tables" not in row.hashes)
    return {hashed: row for row in records for hashed in row.hashes["identifiers"]}


def _look(source: Source, known: dict[str, ErasureRecord]) -> int:
    try:
        found = list(_again(source, known))
    except SourceUnavailable as problem:
        log.warning("system unavailable", work="people returned", source=problem.facts.get("source"))
        return 0
    before = {row.erasure for row in Returned.select().where(Returned.source == source.id)}
    new = {erasure for erasure, _ in found} - before
    if new:
        _tell(source, new, restored=sum(is_old for erasure, is_old in found if erasure in new))
    return len(new)


def _again(source: Source, known: dict[str, ErasureRecord]) -> Iterator[tuple[str, bool]]:
    """Yield the erasures whose people are there, and whether by their old key, as a backup brings them back.

    Whom the manifest wants to stay as they are was not erased there, and has not returned.
    """
    found: dict[str, list[tuple[Person, bool]]] = defaultdict(list)
    for key, identifiers in source.keys():
        person = Person((key,), tuple(identifiers))
        for hashed in ledger.hashes_of(source.id, Person((), person.identifiers)):
            if row := known.get(hashed):
                is_old = bool(
                    set(ledger.hashes_of(source.id, Person((key,)))) & {*row.hashes["keys"].get(source.id, ())}
                )
                found[row.reference].append((person, is_old))
    for reference, people in found.items():
        there = [is_old for person, is_old in people if not is_old or source.remaining(person)]
        if there:
            yield reference, any(there)


def _tell(source: Source, erasures: set[str], restored: int) -> None:
    """Open one case for all who are new in a system, so that a restored backup does not flood the desk."""
    facts = {"source": source.id, "people": len(erasures), "old_keys": restored, "erasures": sorted(erasures)[:20]}
    with atomic():
        language = config.site().languages[0]
        case = cases.open_without_account(KIND, "", language, channel="sweep", actor="worker", told=False)
        CaseEvent.create(case=case, name=EVENT, actor="worker", facts=facts)
        for erasure in sorted(erasures):
            Returned.create(source=source.id, erasure=erasure, case=case.reference, found_at=clock.now())
        keys: dict[str, Any] = {"reference": case.reference, "source": source.id, "people": len(erasures)}
        audit.record("deletion.returned", actor="worker", **keys)
