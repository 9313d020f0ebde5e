"""Carrying a deletion out: counted again, erased system by system, proven, and our own rows last.

Each step is recorded in a transaction of its own and may be repeated: what dies in between is taken up where it was.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from portal.cases import service as cases
from portal.cases.models import CaseEvent
from portal.deletion.models import Deletion, Target
from portal.deletion.service import certificates, ledger, looks, persons, plan
from portal.deletion.service.asking import TooLate, move, page_url, recipient_of, stop_distrusted
from portal.download import service as downloads
from portal.kernel import audit, clock
from portal.kernel.problems import NotFound, Problem, SourceUnavailable
from portal.kernel.work import Claim, backoff
from portal.notices import messages
from portal.notices.models import Message
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import service as subjects

LOOK_AGAIN = timedelta(days=1)  # at something that stands in the way

audit.declare("deletion.paused", "reference")
audit.declare("deletion.began", "reference")
audit.declare("deletion.proven", "reference", "source")
audit.declare("deletion.finished", "reference")


def carry_out(claim: Claim[Deletion]) -> None:
    """Do what is due of a deletion; raises SourceUnavailable where it has to wait for a system."""
    if claim.row.state in ("scheduled", "paused"):
        try:
            if stop_distrusted(claim.row):
                return
            _begin(claim)
        except TooLate:  # the person kept the account while we counted
            return
    if claim.row.state == "erasing":
        _erase(claim)
    if claim.row.state == "erased":
        looks.look(claim)


def _begin(claim: Claim[Deletion]) -> None:
    deletion, subject = claim.row, claim.row.subject
    _resolve(subject)
    outlook = plan.outlook(subject)
    if outlook.blockers("stop"):
        _pause(claim)
        return
    counted = {system.id: system for system in outlook.systems}
    people = {source.id: subjects.person(subject, source.id) for source in registry.active().all()}
    with claim.step():
        move(deletion, "erasing")
        Target.delete().where(Target.deletion == deletion, Target.source.not_in(list(people))).execute()
        for source in registry.active().all():
            known = {"person": persons.written(people[source.id]), **_plan(counted.get(source.id))}
            Target.insert(deletion=deletion, source=source.id, title=str(source.title), **known).on_conflict(
                conflict_target=[Target.deletion, Target.source], update=known
            ).execute()
        ledger.record(deletion.case.reference, people)
        CaseEvent.create(case=deletion.case, name="erasure began", actor="worker")
        audit.record("deletion.began", subject=subject, actor="worker", reference=deletion.case.reference)


def _resolve(subject: int) -> None:
    """Ask once more who the person is everywhere. A silent system holds up the others only if it never answered."""
    try:
        subjects.refresh(subject)
    except SourceUnavailable:
        if subjects.waiting(subject):
            raise


def _plan(system: plan.System | None) -> dict[str, Any]:
    return {"state": "counted", "lines": [asdict(line) for line in system.lines]} if system else {"state": "waiting"}


def _pause(claim: Claim[Deletion]) -> None:
    deletion, reference = claim.row, claim.row.case.reference
    again, first = clock.now() + LOOK_AGAIN, claim.row.state != "paused"
    with claim.step():
        move(deletion, "paused", scheduled_for=again, due_at=again)
        if first:
            CaseEvent.create(case=deletion.case, name="deletion paused", actor="worker")
            audit.record("deletion.paused", subject=deletion.subject, actor="worker", reference=reference)
        if first and (recipient := recipient_of(deletion)):
            cause = f"deletion:{reference}:paused:{again.date()}"
            messages.deletion_paused(recipient, cause, reference, page_url(reference))


def _erase(claim: Claim[Deletion]) -> None:
    """Erase in every connected system; one that does not answer waits, the others go on. Then what is ours."""
    deletion = claim.row
    ledger.write_beside(deletion.case.reference)
    silent: Problem | None = None
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
        held = all(target.state == "held" for target in left)
        claim.later(LOOK_AGAIN.total_seconds() if held else backoff(deletion.attempts))
        return
    _finish(claim)


def _unproven(deletion: Deletion) -> list[Target]:
    """Return the connected systems in which the deletion is not proven yet, in the order of their manifests."""
    waiting = (Target.deletion == deletion) & (Target.state != "proven") & (Target.source != registry.OWN)
    return list(Target.select().where(waiting).order_by(Target.id))


def _advance(claim: Claim[Deletion], target: Target) -> None:
    """Bring one system as far as it goes now; raises SourceUnavailable."""
    source, person = registry.active().get(target.source), persons.read(target.person)
    if target.state in ("waiting", "held"):
        _count(claim, target, source)
    if target.state == "counted" and source.erase(person, _request(claim.row, target)).done:
        _record(claim, target, state="erased", erased_at=clock.now())
    if target.state == "erased":
        _prove(claim, target, source)


def _count(claim: Claim[Deletion], target: Target, source: Source) -> None:
    """Count a system that did not answer when the erasure began; what stops it there holds up no other system."""
    system = plan.ask(source, persons.read(target.person))
    if not any(blocker.kind == "stop" for blocker in system.blockers):
        _record(claim, target, **_plan(system))
    elif target.state != "held":
        deletion, reference = claim.row, claim.row.case.reference
        with claim.step():
            _set(target, state="held")
            if recipient := recipient_of(deletion):
                cause = f"deletion:{reference}:held:{source.id}"
                messages.deletion_paused(recipient, cause, reference, page_url(reference))


def _prove(claim: Claim[Deletion], target: Target, source: Source) -> None:
    if source.remaining(persons.read(target.person)):  # written while we erased: erased once more
        _record(claim, target, state="counted")
        return
    try:
        source.compact()
    except SourceUnavailable as problem:
        if not problem.permanent:  # what cannot be compacted at all is gone from every table all the same
            raise
    with claim.step():
        _set(target, state="proven", proven_at=clock.now())
        reference = claim.row.case.reference
        audit.record(
            "deletion.proven", subject=claim.row.subject, actor="worker", reference=reference, source=source.id
        )


def _request(deletion: Deletion, target: Target) -> str:
    """Return what tells a repetition from a new request: the same after a kill, another once the first one was done."""
    again = f":{target.erased_at:%Y%m%dT%H%M%S%f}" if target.erased_at else ""
    return f"{deletion.case.reference}:{target.source}{again}"


def _record(claim: Claim[Deletion], target: Target, **changes: Any) -> None:
    with claim.step():
        _set(target, **changes)


def _set(target: Target, **changes: Any) -> None:
    Target.update(**changes).where(Target.id == target.id).execute()
    for name, value in changes.items():
        setattr(target, name, value)


def _finish(claim: Claim[Deletion]) -> None:
    """Erase our own rows, the account last, and say so: one transaction, so the last message exists if and only if."""
    deletion, case = claim.row, claim.row.case
    own, recipient = registry.active().get(registry.OWN), recipient_of(deletion)
    person = subjects.person(deletion.subject, own.id)
    with claim.step(state="erased", unfinished_of=None, address=None):
        lines = [asdict(line) for line in plan.ask(own, person).lines]
        _close_cases(deletion)
        own.erase(person, f"{case.reference}:{own.id}")
        if left := own.remaining(person):
            raise RuntimeError(f"our own tables still hold rows: {sorted(left)}")
        now = clock.now()
        proven = {
            "state": "proven",
            "person": persons.written(person),
            "lines": lines,
            "erased_at": now,
            "proven_at": now,
        }
        Target.update(**proven).where(Target.deletion == deletion, Target.source == own.id).execute()
        certificates.issue(deletion)
        audit.record("deletion.finished", subject=deletion.subject, actor="worker", reference=case.reference)
        if recipient:
            _say_goodbye(recipient, case.reference)


def _close_cases(deletion: Deletion) -> None:
    """Fulfil this case; whatever else the person had under way ends with the account."""
    cases.move(deletion.case, "fulfilled", "everything erased", "worker")
    for case in cases.of_subject(deletion.subject):
        if case.state not in cases.FINAL:
            cases.move(case, "revoked", "account deleted", "worker")
    cases.forget_grounds(deletion.subject)


def _say_goodbye(to: messages.Recipient, reference: str) -> None:
    """Write the last message. It belongs to no account and no hash leads to it; once sent, its address is gone too."""
    cause = f"deletion:{reference}:done"
    messages.deletion_done(replace(to, account=None), cause, reference, certificates.address_of(reference))
    Message.update(address_hash="").where(Message.cause == cause).execute()
