"""Carrying a deletion out: counted again, erased system by system, proven, and our own rows last.

Each step is recorded in a transaction of its own and may be repeated: what dies in between is taken up where it was.
"""

from __future__ import annotations

from typing import Any

from portal.deletion.models import Deletion, Target
from portal.deletion.service import (
    addresses,
    beginning,
    controllers,
    finishing,
    held,
    holding,
    ledger,
    looks,
    persons,
    plan,
    proving,
)
from portal.deletion.service.asking import stop_distrusted
from portal.deletion.service.moving import TooLate, put, record
from portal.deletion.service.scope import scope_of
from portal.deletion.service.starting import remind
from portal.download import service as downloads
from portal.kernel import clock
from portal.kernel.problems import NotFound, Problem, SourceUnavailable
from portal.kernel.work import LONGEST_WAIT, Claim, backoff
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import holds

_DETAIL = 300  # characters of a cause


def carry_out(claim: Claim[Deletion]) -> None:
    """Do what is due of a deletion; raises SourceUnavailable where it has to wait for a system."""
    try:
        if claim.row.state in ("scheduled", "paused") and stop_distrusted(claim.row):
            return
        if claim.row.state == "scheduled" and claim.row.scheduled_for > clock.now():
            remind(claim)
        elif claim.row.state in ("scheduled", "paused"):
            beginning.begin(claim)
    except TooLate:  # the person kept it meanwhile
        return
    if claim.row.state == "erasing":
        _erase(claim)
    if claim.row.state == "erased":
        looks.look(claim)


def _erase(claim: Claim[Deletion]) -> None:
    """Erase in every connected system; one that does not answer waits, the others go on. Then what is ours."""
    deletion = claim.row
    ledger.write_beside(deletion.case.reference)
    if not deletion.system:
        downloads.stop_all(deletion.subject)
    silent = _try_each(claim)
    if passing := [problem for problem in silent if not _is_permanent(problem)]:
        raise passing[0]
    if silent:  # asked all the same, but not often: somebody has to mend something first
        claim.later(LONGEST_WAIT)
    elif left := _unproven(deletion):
        waits = all(target.state in ("held", "found") for target in left)
        claim.later(beginning.LOOK_AGAIN.total_seconds() if waits else backoff(deletion.attempts))
    else:
        finishing.finish(claim)


def _try_each(claim: Claim[Deletion]) -> list[Problem]:
    """Go on in every system where it is not proven yet; return what those said that could not."""
    silent: list[Problem] = []
    for target in _unproven(claim.row):
        try:
            _advance(claim, target)
            if target.trouble is not None:
                record(claim, target, trouble=None)
        except (SourceUnavailable, NotFound) as problem:  # not found: it was disconnected meanwhile
            _note(claim, target, problem)
            silent.append(problem)
        claim.beat()
    return silent


def _unproven(deletion: Deletion) -> list[Target]:
    """Return the connected systems in which the deletion is not proven yet, in the order of their manifests."""
    waiting = (Target.deletion == deletion) & (Target.state != "proven") & (Target.source != registry.OWN)
    return list(Target.select().where(waiting).order_by(Target.id))


def _advance(claim: Claim[Deletion], target: Target) -> None:
    """Bring one system as far as it goes now; raises SourceUnavailable."""
    source = registry.active().get(target.source)
    if target.state in ("waiting", "held"):
        _count(claim, target, source)
    if target.state == "held":
        held.free(claim, target, source)
    if target.state == "counted" and _erased(claim, target, source):
        record(claim, target, "erased", erased_at=clock.now())
    if target.state == "erased":
        proving.prove(claim, target, source)
    if target.state in ("read", "found"):
        proving.sweep(claim, target, source)


def _erased(claim: Claim[Deletion], target: Target, source: Source) -> bool:
    if proving.nothing_goes(target):
        return True
    person = proving.known(claim, target, source)
    return source.erase(person, _request(claim.row, target), target.tables).done


def _note(claim: Claim[Deletion], target: Target, problem: Problem) -> None:
    """Note why a system is not erased yet, for staff: since when, and after how many tries."""
    before: dict[str, Any] = target.trouble or {"since": clock.now().isoformat(), "tries": 0}
    detail = str(problem.facts.get("detail") or "it is connected no more")[:_DETAIL]
    now = {"detail": detail, "permanent": _is_permanent(problem), "tries": before["tries"] + 1}
    record(claim, target, trouble={**now, "since": before["since"]})


def _is_permanent(problem: Problem) -> bool:
    return not isinstance(problem, SourceUnavailable) or problem.permanent


def _count(claim: Claim[Deletion], target: Target, source: Source) -> None:
    """Count a system that did not answer before, or is held; what stops it there holds up no other system."""
    kept = holds.by_source(holding.of(claim.row.case.reference)).get(source.id, [])
    scope = scope_of(claim.row).tables()  # what is held is counted too, as kept
    system = plan.narrowed(holding.respected(plan.ask(source, persons.read(target.person)), kept), scope)
    found = beginning.planned(system)
    if found["state"] == "counted":
        found["lines"], found["held"] = held.lines(source, target, found["lines"]), None
        with claim.step():
            put(target, **found)
            controllers.ask(claim.row, [system])
    elif target.state != "held":
        deletion, reference = claim.row, claim.row.case.reference
        with claim.step():
            put(target, **found)
            if recipient := addresses.recipient_of(deletion):
                cause, again = f"deletion:{reference}:held:{source.id}", clock.now() + beginning.LOOK_AGAIN
                messages.deletion_paused(recipient, cause, reference, again, addresses.page_url(reference))


def _request(deletion: Deletion, target: Target) -> str:
    """Return what tells a repetition from a new request: the same after a kill, another once the first one was done."""
    again = f":{target.erased_at:%Y%m%dT%H%M%S%f}" if target.erased_at else ""
    return f"{deletion.case.reference}:{target.source}{again}"
