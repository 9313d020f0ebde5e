"""The second look before a copy leaves that nobody asked for in a session of their own (RULES S4, GDPR 15(4)).

A copy for a stranger, an agent, or in another way is prepared by one of the staff, who leaves out tables that are about
other people, and released by another. Until then no worker makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import deciding, moving
from portal.cases.service.states import FINAL
from portal.download import redaction
from portal.download.choice import read_records
from portal.download.models import Release
from portal.download.redaction import Records
from portal.kernel import audit, clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow
from portal.sources import registry

KIND = "download"

audit.declare("download.released", "reference", "withheld")


def needs_release(case: Case) -> bool:
    """Tell whether a copy waits for a second look; one that staff hand out themselves does whoever asked for it."""
    return kind(case.kind).looked_at_twice or (case.kind == KIND and deciding.needs_two(case))


def release_of(case: Case) -> Release | None:
    """Return how far the second look is, None before anybody prepared the copy."""
    found: Release | None = Release.get_or_none(Release.case == case.id)
    return found


def prepare(case: Case, withheld: Iterable[str], staff: int) -> Release:
    """Say which tables ("system.table") are left out because they are about other people; releases start anew.

    NotNow where the copy needs no second look, or was released and is being made.
    """
    if not needs_release(case) or case.state not in ("open", "approved"):
        raise NotNow
    wanted = set(withheld)
    tables = {
        source.id: [name for name in source.manifest.tables if f"{source.id}.{name}" in wanted]
        for source in registry.active().all()
    }
    before = release_of(case)
    named = {source: names for source, names in tables.items() if names}
    return _prepared(case, named, read_records(before.records if before else {}), staff)


def _prepared(case: Case, tables: Mapping[str, Any], records: Records, staff: int) -> Release:
    facts = {
        "withheld": dict(tables),
        "records": {
            source: {table: list(marks) for table, marks in each.items() if marks} for source, each in records.items()
        },
        "prepared_by": staff,
        "prepared_at": clock.now(),
        "released_by": None,
        "released_at": None,
    }
    with atomic():
        Release.insert(case=case, **facts).on_conflict(conflict_target=[Release.case], update=facts).execute()
        moving.note(case, deciding.PREPARED, f"staff:{staff}", internal=True)
    return Release.get(Release.case == case.id)


def withhold_records(
    case: Case, where: tuple[str, str], shown: Iterable[str], chosen: Iterable[str], staff: int
) -> Release:
    """Say which of the records that were shown of a table (system, table) are left out; releases start anew.

    Both are marks (redaction.marks). Raises NotFound for no such table, NotNow as `prepare` does.
    """
    if not needs_release(case) or case.state not in ("open", "approved"):
        raise NotNow
    source, table = where
    if table not in registry.active().get(source).manifest.tables:
        raise NotFound
    with atomic():
        before = release_of(case)
        records = {name: dict(tables) for name, tables in read_records(before.records if before else {}).items()}
        kept = [one for one in records.get(source, {}).get(table, ()) if one not in set(shown)]
        new = [one for one in dict.fromkeys(chosen) if redaction.is_mark(one) and one in set(shown)]
        records.setdefault(source, {})[table] = (*kept, *new)
        return _prepared(case, before.withheld if before else {}, records, staff)


def release(case: Case, prepared_at: str, staff: int) -> None:
    """Let a copy be made as it was prepared at the moment that was looked at.

    SecondPerson for whoever prepared it, NotNow where it was prepared anew meanwhile, released, or is over.
    """
    found = release_of(case)
    if found is None or case.state in FINAL or found.prepared_at.isoformat() != prepared_at:
        raise NotNow
    if found.prepared_by == staff:
        raise deciding.SecondPerson
    same = (Release.id == found.id) & (Release.prepared_at == found.prepared_at) & Release.released_at.is_null()
    with atomic():
        if not Release.update(released_by=staff, released_at=clock.now()).where(same).execute():
            raise NotNow
        count = sum(len(names) for names in found.withheld.values()) + sum(
            len(marks) for tables in found.records.values() for marks in tables.values()
        )
        moving.note(case, deciding.RELEASED, f"staff:{staff}", withheld=count)
        keys = {"reference": case.reference, "withheld": count}
        audit.record("download.released", subject=case.subject_id, actor=f"staff:{staff}", **keys)
        work.wake_table(Case)


def forget_preparation(case: Case) -> None:
    """Forget how a copy was prepared, for it was somebody else's; NotNow where it is being made."""
    if case.state != "open":
        raise NotNow
    Release.delete().where(Release.case == case.id).execute()


def ready() -> Any:
    """Return the condition on approved cases whose copy may be made."""
    released = Release.select(Release.case).where(Release.released_at.is_null(False))
    return deciding.asked_alone() | (Case.id << released)


def withheld(case: Case) -> tuple[dict[str, tuple[str, ...]], Records]:
    """Return the tables and the single records that a copy leaves out; NotNow where its second look is missing."""
    if not needs_release(case):
        return {}, {}
    found = release_of(case)
    if found is None or found.released_at is None:
        raise NotNow
    tables = {source: tuple(names) for source, names in found.withheld.items()}
    return tables, read_records(found.records)
