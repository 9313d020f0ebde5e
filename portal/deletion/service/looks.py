"""Looking again, after the account is gone, whether anything has come back.

At once our own files are cleared of what was deleted; after a day and after a week every system is asked. Then the last
trace of who it was, the encrypted keys of the targets, is forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from portal.deletion.models import Certificate, Deletion, Target
from portal.deletion.service import certificates, persons
from portal.deletion.service.moving import move
from portal.download import service as downloads
from portal.kernel import audit, clock
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Person, Source

LOOKS = (timedelta(0), timedelta(days=1), timedelta(days=7))

audit.declare("deletion.looked_at", "reference", "source", "rows")


def look(claim: Claim[Deletion]) -> None:
    """Take the look that is due and plan the next; raises SourceUnavailable where it has to be taken again."""
    deletion = claim.row
    issued = Certificate.get(Certificate.reference == deletion.case.reference).issued_at
    if deletion.looks == 0:
        downloads.erase_strays()
        registry.active().get(registry.OWN).compact()
    else:
        _look_everywhere(claim, issued + LOOKS[deletion.looks])
    if (taken := deletion.looks + 1) < len(LOOKS):
        claim.done(looks=taken, due_at=issued + LOOKS[taken])
        return
    with claim.step(looks=taken, due_at=None):
        move(deletion, "done")
        forget(deletion)


def forget(deletion: Deletion) -> None:
    """Forget who it was, in the present transaction: keys and proofs, whose rows they were, what had stopped it."""
    for target in Target.select().where(Target.deletion == deletion):
        lines = [{**line, "controllers": []} for line in target.lines]
        Target.update(person=None, lines=lines, held=None).where(Target.id == target.id).execute()


def _look_everywhere(claim: Claim[Deletion], since: datetime) -> None:
    ours = Target.deletion == claim.row
    for target in Target.select().where(ours).order_by(Target.id):
        if target.looked_at is None or target.looked_at < since:
            _look_at(claim, target)
        claim.beat()


def _look_at(claim: Claim[Deletion], target: Target) -> None:
    deletion, reference = claim.row, claim.row.case.reference
    source = registry.active().get(target.source)
    person = _still(source, persons.read(target.person))
    going = target.tables  # not what a legal hold keeps
    rows = 0 if going is not None and not going else sum(_left(source, person, going).values())
    if rows:
        _erase_again(source, person, f"{reference}:{source.id}:look-{deletion.looks}", going)
    with claim.step():
        Target.update(looked_at=clock.now()).where(Target.id == target.id).execute()
        certificates.issue(deletion, {source.id: rows} if rows else None)
        keys = {"reference": reference, "source": source.id, "rows": rows}
        audit.record("deletion.looked_at", subject=deletion.subject, actor="worker", **keys)


def _erase_again(source: Source, person: Person, request_id: str, going: list[str] | None) -> None:
    if not source.erase(person, request_id, going).done or source.remaining(person, going):
        raise source.unavailable("what came back is not gone yet")
    source.compact()


def _still(source: Source, person: Person) -> Person:
    """Return whom to look for: who is known there by a new key came back by their own will, so only old keys count."""
    found = {key for identifier in person.identifiers for key in source.find(identifier)}
    return person if found <= set(person.keys) else replace(person, identifiers=())


def _left(source: Source, person: Person, going: list[str] | None) -> dict[str, int]:
    """Return what is left by table; nothing where an old number was meanwhile given to somebody else."""
    left, subject = source.remaining(person, going), source.manifest.subject.table
    is_deleted = source.manifest.tables[subject].erase == "delete"
    if is_deleted and subject in left and not any(source.find(identifier) for identifier in person.identifiers):
        return {}
    return left
