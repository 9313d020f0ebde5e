"""When the day has come: everything is counted once more, and either the erasure begins or it has to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from portal.cases.models import Case, CaseEvent
from portal.deletion.models import Deletion, Target
from portal.deletion.service import addresses, asking, controllers, held, holding, ledger, persons, plan
from portal.deletion.service.moving import move
from portal.deletion.service.scope import Scope, scope_of
from portal.kernel import audit, clock
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Person, Source
from portal.subjects import holds
from portal.subjects import service as subjects

LOOK_AGAIN = timedelta(days=1)  # at something that stands in the way

audit.declare("deletion.paused", "reference")
audit.declare("deletion.began", "reference")


def begin(claim: Claim[Deletion]) -> None:
    """Begin the erasure, or pause it where something stops it. A stop holds back all only until the legal date.

    Raises TooLate when the person kept it meanwhile, SourceUnavailable where a system has to be asked first.
    """
    deletion, subject, scope = claim.row, claim.row.subject, scope_of(claim.row)
    _resolve(subject)
    outlook = plan.outlook(subject, scope)
    if outlook.blockers("stop") and not held.is_late(deletion.case):
        _pause(claim)
    elif scope.is_account and any(part.state == "erasing" for part in asking.parts(subject)):
        claim.later(60)  # a part is being erased at this moment
    else:
        _erase(claim, scope, outlook)


def _erase(claim: Claim[Deletion], scope: Scope, outlook: plan.Outlook) -> None:
    """Write down, before the first row goes, who the person is everywhere, what goes there and what stays."""
    deletion, subject = claim.row, claim.row.subject
    tables, sources = scope.tables(), scope.sources()
    people = subjects.people(subject, [source.id for source in sources])
    kept = holds.by_source(holds.of_subject(subject))
    goes = {source: holding.going(source, kept.get(source.id, []), tables) for source in sources}
    with claim.step():
        move(deletion, "erasing")
        if scope.is_account:
            _take_in(subject)
        _aim(deletion, people, goes, outlook)
        holding.keep(deletion.case.reference, kept, people)
        staying = {name: holds.staying(registry.active().get(name), {one.table for one in kept[name]}) for name in kept}
        ledger.record(deletion.case.reference, people, tables, staying)
        controllers.ask(deletion, outlook.systems)
        CaseEvent.create(case=deletion.case, name="erasure began", actor="worker")
        audit.record("deletion.began", subject=subject, actor="worker", reference=deletion.case.reference)


def _aim(deletion: Deletion, people: Mapping[str, Person], goes: Mapping[Source, Any], outlook: plan.Outlook) -> None:
    """Write a target for each system, and drop those of systems that are connected no more."""
    counted = {system.id: system for system in outlook.systems}
    Target.delete().where(Target.deletion == deletion, Target.source.not_in(list(people))).execute()
    for source, tables in goes.items():
        known = {"person": persons.written(people[source.id]), "tables": tables, **planned(counted.get(source.id))}
        Target.insert(deletion=deletion, source=source.id, title=str(source.title), **known).on_conflict(
            conflict_target=[Target.deletion, Target.source], update=known
        ).execute()


def planned(system: plan.System | None) -> dict[str, Any]:
    """Return what is noted of a system: its plan, and what stops it."""
    if system is None:
        return {"state": "waiting"}
    stops = held.stops(system)
    return {"state": "held" if stops else "counted", "lines": [asdict(line) for line in system.lines], "held": stops}


def _take_in(subject: int) -> None:
    """Let parts that have not begun go with the account."""
    for part in asking.parts(subject):
        asking.give_up(part, "account deleted", "worker")


def _resolve(subject: int) -> None:
    """Ask once more who the person is everywhere. A silent system holds up the others only if it never answered."""
    try:
        subjects.refresh(subject)
    except SourceUnavailable:
        if subjects.waiting(subject):
            raise


def _pause(claim: Claim[Deletion]) -> None:
    deletion, reference = claim.row, claim.row.case.reference
    case: Case = deletion.case
    again, first = clock.now() + LOOK_AGAIN, claim.row.state != "paused"
    with claim.step():
        move(deletion, "paused", scheduled_for=again, due_at=again)
        if first:
            CaseEvent.create(case=case, name="deletion paused", actor="worker", facts={"on": again.isoformat()})
            audit.record("deletion.paused", subject=deletion.subject, actor="worker", reference=reference)
        if first and (recipient := addresses.recipient_of(deletion)):
            cause = f"deletion:{reference}:paused:{again.date()}"
            messages.deletion_paused(recipient, cause, reference, again, addresses.page_url(reference))
