"""What something stops: it waits for a settlement, and beyond the legal date it holds back nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.cases import service as cases
from portal.cases.models import Case, CaseEvent
from portal.deletion.models import Deletion, Target
from portal.deletion.service import moving, persons, plan
from portal.kernel import audit, clock
from portal.kernel.work import Claim
from portal.sources.base import Blocker, Source
from portal.sources.manifest import Text

KIND = "inquiry"  # what staff settle it in

audit.declare("deletion.freed", "reference", "source")


@dataclass(frozen=True)
class Stop:
    """One kind of rows that something stops, as it is shown: its table, the sentence with its facts, since when."""

    title: Text
    blocker: Blocker
    since: str


def is_late(case: Case) -> bool:
    """Tell whether the day by which the law wants a request completed is over, where the site is."""
    return clock.today() > case.complete_by


def stops(system: plan.System) -> list[dict[str, Any]]:
    """Return what stops a system, to be stored."""
    return [
        {
            "table": found.table,
            "title": dict(_title(system, found.table).words),
            "kind": found.kind,
            "say": dict(found.say.words),
            "facts": dict(found.facts),
            "money": dict(found.money),
            "since": clock.now().isoformat(),
        }
        for found in system.blockers
        if found.kind == "stop"
    ]


def read(target: Target) -> list[Stop]:
    """Return what is stopped in a system of a deletion."""
    return [
        Stop(
            Text.of(found["title"]),
            Blocker("stop", found["table"], Text.of(found["say"]), found["facts"], found["money"]),
            found["since"],
        )
        for found in target.held or ()
    ]


def free(claim: Claim[Deletion], target: Target, source: Source) -> None:
    """Erase what has nothing to do with the stopped rows, and ask staff to settle them; both once.

    Raises SourceUnavailable. A system that cannot erase single tables keeps all of it until it is settled.
    """
    deletion = claim.row
    if target.inquiry is not None or not is_late(deletion.case):
        return
    if source.divisible:
        going = [name for name in target.tables or source.manifest.tables if name not in kept(source, target)]
        request = f"{deletion.case.reference}:{source.id}:free"
        if not source.erase(persons.read(target.person), request, going).done:
            raise source.unavailable("it is not done yet")
    with claim.step():
        inquiry = cases.open_case(KIND, deletion.subject, actor="worker", approved=False)
        facts = {"deletion": deletion.case.reference, "source": source.id, "inquiry": inquiry.reference}
        tables = [stop.blocker.table for stop in read(target)]
        CaseEvent.create(case=inquiry, name="deletion stopped", actor="worker", facts={**facts, "tables": tables})
        CaseEvent.create(case=deletion.case, name=f"staff asked: {source.id}"[:48], actor="worker", facts=facts)
        moving.put(target, inquiry=inquiry.reference, freed_at=clock.now() if source.divisible else None)
        keys = {"reference": deletion.case.reference, "source": source.id}
        audit.record("deletion.freed", subject=deletion.subject, actor="worker", **keys)


def kept(source: Source, target: Target) -> set[str]:
    """Return the tables that stay with the stopped rows: theirs, what hangs on it, and what leads to the person."""
    stopped = {stop.blocker.table for stop in read(target)} & source.manifest.tables.keys()
    below = {other for name in stopped for other in source.goes_with(name)}
    return stopped | below | {other for name in stopped for other in _above(source, name)}


def lines(source: Source, target: Target, counted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the plan of a system once nothing stops it any more: what was erased before, and what is counted now."""
    if target.freed_at is None:
        return list(counted)
    waited = kept(source, target)
    return [line for line in target.lines if line["table"] not in waited] + [
        line for line in counted if line["table"] in waited
    ]


def _above(source: Source, name: str) -> Iterator[str]:
    while link := source.manifest.tables[name].link:
        name = link.table
        yield name


def _title(system: plan.System, table: str) -> Text:
    return next((Text.of(line.title) for line in system.lines if line.table == table), Text.of(table))
