"""Legal holds: records that must stay although their person may have them deleted (GDPR 17(3)(e)).

A hold belongs to who the person is in a system, not to a case: deletion, the nightly retention and whatever else erases
asks here, and the case in which it was placed may be long over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.kernel.work import wake_table
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects.models import LegalHold

LONGEST = timedelta(days=366 * 10)

audit.declare("subjects.held", "reference", "source", "table")
audit.declare("subjects.hold_ended", "reference", "source", "table")


class BadHold(Problem):
    """A hold without a reason, or one that ends today, earlier, or after more than ten years."""

    status, code = 422, "bad-hold"
    say = N_("A hold needs a reason, and a last day after today and within ten years.")
    then = N_("Enter both. Nothing was held.")


class Held(Problem):
    """Somebody wants to erase by themselves what a legal duty keeps."""

    status, code = 409, "held"
    say = N_("A legal duty keeps these records for now, so they cannot be deleted.")
    then = N_("Ask us why and until when. Nothing was deleted.")


def place(subject_id: int, case: str, where: tuple[str, str], until: date, reason: str, staff: int, key: str) -> None:
    """Hold the records of a table (system, table) until the end of a day; BadHold, NotFound for no such place.

    Our own tables are not held: what the law wants kept of a request stays without its person anyway.
    """
    source, table = where
    if source == registry.OWN or table not in registry.active().get(source).manifest.tables:
        raise NotFound
    today = clock.today()
    if not reason.strip() or not today < until <= today + LONGEST:
        raise BadHold
    with atomic():
        LegalHold.create(
            subject=subject_id,
            case=case,
            source=source,
            table=table,
            key=key.strip() or None,
            reason=reason.strip(),
            staff=staff,
            until=until,
            due_at=clock.end(until),
        )
        _log("subjects.held", subject_id, staff, case, source, table)


def end(number: int, staff: int) -> None:
    """End a hold before its day, by whoever; the worker erases what only the hold kept. NotNow where it is over."""
    found = LegalHold.get_or_none(LegalHold.id == number)
    if found is None:
        raise NotFound
    over = LegalHold.update(ended_at=clock.now(), due_at=clock.now())
    with atomic():
        if not over.where(LegalHold.id == number, LegalHold.ended_at.is_null()).execute():
            raise NotNow
        _log("subjects.hold_ended", found.subject_id, staff, found.case, found.source, found.table)
        wake_table(LegalHold)


def one(number: int) -> LegalHold:
    """Return a hold that is not over; NotFound."""
    found: LegalHold | None = LegalHold.get_or_none((LegalHold.id == number) & standing())
    if found is None:
        raise NotFound
    return found


def of_subject(subject_id: int) -> list[LegalHold]:
    """Return the holds on a person's records that are not over, the one that ends first on top."""
    return list(LegalHold.select().where(LegalHold.subject == subject_id, standing()).order_by(LegalHold.until))


def everywhere(limit: int = 200) -> list[LegalHold]:
    """Return holds that are not over, the one that ends first on top; for the list of holds."""
    return list(LegalHold.select().where(standing()).order_by(LegalHold.until, LegalHold.id).limit(limit))


def standing() -> Any:
    """Return the condition on holds that are not over."""
    return LegalHold.ended_at.is_null() & (LegalHold.until >= clock.today())


def by_source(holds: Iterable[LegalHold]) -> dict[str, list[LegalHold]]:
    """Return holds by system."""
    found: dict[str, list[LegalHold]] = {}
    for hold in holds:
        found.setdefault(hold.source, []).append(hold)
    return found


def staying(source: Source, tables: Collection[str]) -> set[str]:
    """Return what stays in a system with these tables: they, what hangs on them, and what leads to the person.

    A system that cannot erase single tables keeps all.
    """
    manifest = source.manifest
    held = set(tables) & manifest.tables.keys()
    if held and not source.divisible:
        return set(manifest.tables)
    found = held | {below for name in held for below in source.goes_with(name)}
    for name in held:
        above = name
        while link := manifest.tables[above].link:
            above = link.table
            found.add(above)
    return found


def keeps(subject_id: int, source: Source, table: str) -> bool:
    """Tell whether a hold keeps a person's rows of a table; whatever erases by itself asks this first."""
    held = LegalHold.select(LegalHold.table).where(LegalHold.subject == subject_id, standing())
    mine = {row.table for row in held.where(LegalHold.source == source.id)}
    return bool(mine) and table in staying(source, mine)


def _log(event: str, subject_id: int | None, staff: int, case: str, source: str, table: str) -> None:
    keys = {"reference": case, "source": source, "table": table}
    audit.record(event, subject=subject_id, actor=f"staff:{staff}", **keys)
