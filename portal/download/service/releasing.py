"""The second look before a copy leaves that nobody asked for in a session of their own (RULES S4, GDPR 15(4)).

A copy for a stranger, an agent, or in another way is prepared by one of the staff, who leaves out tables that are about
other people, and released by another. Until then no worker makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import deciding, moving
from portal.cases.service.states import FINAL
from portal.download.models import Release
from portal.kernel import audit, clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow
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
    facts = {
        "withheld": {source: names for source, names in tables.items() if names},
        "prepared_by": staff,
        "prepared_at": clock.now(),
        "released_by": None,
        "released_at": None,
    }
    with atomic():
        Release.insert(case=case, **facts).on_conflict(conflict_target=[Release.case], update=facts).execute()
        moving.note(case, deciding.PREPARED, f"staff:{staff}", internal=True)
    return Release.get(Release.case == case.id)


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
        count = sum(len(names) for names in found.withheld.values())
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


def withheld(case: Case) -> dict[str, tuple[str, ...]]:
    """Return the tables that a copy leaves out; NotNow where its second look is missing."""
    if not needs_release(case):
        return {}
    found = release_of(case)
    if found is None or found.released_at is None:
        raise NotNow
    return {source: tuple(names) for source, names in found.withheld.items()}
