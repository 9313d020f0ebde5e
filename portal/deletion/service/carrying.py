"""Carrying a deletion out: counted again, erased system by system, proven, and our own rows last.

Each step is recorded in a transaction of its own and may be repeated: what dies in between is taken up where it was.
"""

from __future__ import annotations

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
)
from portal.deletion.service.asking import stop_distrusted
from portal.deletion.service.moving import TooLate, put, record
from portal.deletion.service.scope import scope_of
from portal.deletion.service.starting import remind
from portal.download import service as downloads
from portal.kernel import audit, clock
from portal.kernel.problems import NotFound, Problem, SourceUnavailable
from portal.kernel.work import Claim, backoff
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import holds

audit.declare("deletion.proven", "reference", "source")


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
    silent: Problem | None = None
    if not deletion.system:
        downloads.stop_all(deletion.subject)
    for target in _unproven(deletion):
        try:
            _advance(claim, target)
        except (SourceUnavailable, NotFound) as problem:  # not found: it was disconnected meanwhile
            silent = silent or problem
        claim.beat()
    if silent is not None:
        raise silent
    if left := _unproven(deletion):
        waits = all(target.state == "held" for target in left)
        claim.later(beginning.LOOK_AGAIN.total_seconds() if waits else backoff(deletion.attempts))
        return
    finishing.finish(claim)


def _unproven(deletion: Deletion) -> list[Target]:
    """Return the connected systems in which the deletion is not proven yet, in the order of their manifests."""
    waiting = (Target.deletion == deletion) & (Target.state != "proven") & (Target.source != registry.OWN)
    return list(Target.select().where(waiting).order_by(Target.id))


def _advance(claim: Claim[Deletion], target: Target) -> None:
    """Bring one system as far as it goes now; raises SourceUnavailable."""
    source, person = registry.active().get(target.source), persons.read(target.person)
    if target.state in ("waiting", "held"):
        _count(claim, target, source)
    if target.state == "held":
        held.free(claim, target, source)
    nothing = target.tables is not None and not target.tables  # all of it is under a legal hold
    if target.state == "counted" and (nothing or source.erase(person, _request(claim.row, target), target.tables).done):
        record(claim, target, "erased", erased_at=clock.now())
    if target.state == "erased":
        _prove(claim, target, source)


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


def _prove(claim: Claim[Deletion], target: Target, source: Source) -> None:
    person = persons.read(target.person)
    looked = [] if target.tables is not None and not target.tables else source.remaining(person, target.tables)
    if looked:  # written while we erased: erased once more
        record(claim, target, "counted")
        return
    try:
        source.compact()
    except SourceUnavailable as problem:
        if not problem.permanent:  # what cannot be compacted at all is gone from every table all the same
            raise
    with claim.step():
        put(target, "proven", proven_at=clock.now())
        reference = claim.row.case.reference
        audit.record(
            "deletion.proven", subject=claim.row.subject, actor="worker", reference=reference, source=source.id
        )


def _request(deletion: Deletion, target: Target) -> str:
    """Return what tells a repetition from a new request: the same after a kill, another once the first one was done."""
    again = f":{target.erased_at:%Y%m%dT%H%M%S%f}" if target.erased_at else ""
    return f"{deletion.case.reference}:{target.source}{again}"
