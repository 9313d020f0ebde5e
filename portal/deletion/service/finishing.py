"""The end of a deletion: of an account our own rows, last of all; of a part only what it needed to be carried out."""

from __future__ import annotations

from dataclasses import asdict

from portal.cases import service as cases
from portal.consents import service as consents
from portal.deletion.models import Deletion, Target
from portal.deletion.service import addresses, certificates, looks, persons, plan
from portal.deletion.service.moving import move, put
from portal.deletion.service.scope import scope_of
from portal.hooks import service as hooks
from portal.kernel import audit, clock
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Person
from portal.sources.own import OwnSource
from portal.subjects import service as subjects

audit.declare("deletion.finished", "reference")


def finish(claim: Claim[Deletion]) -> None:
    """End a deletion that is proven in every connected system."""
    if claim.row.system:
        _finish_part(claim)
    else:
        _finish_account(claim)


def _finish_part(claim: Claim[Deletion]) -> None:
    """Say so, and forget who it was; nothing is looked at again, for the person stays and may bring new data there."""
    deletion, case = claim.row, claim.row.case
    recipient = addresses.recipient_of(deletion)
    with claim.step(due_at=None):
        move(deletion, "erased", unfinished_of=None, address=None)
        cases.move(case, "fulfilled", "part erased", "worker")
        certificates.issue(deletion)
        hooks.erased(_known(deletion), deletion.subject, system=deletion.system, table=deletion.category)
        if not deletion.category and _is_nobody(deletion.system):
            subjects.let_go_of(deletion.subject, deletion.system)
        looks.forget(deletion)
        move(deletion, "done")
        audit.record("deletion.finished", subject=deletion.subject, actor="worker", reference=case.reference)
        if recipient:
            _say_done(recipient, deletion)


def _is_nobody(system: str) -> bool:
    """Tell whether the row that was the person there is deleted, or is anybody's now."""
    manifest = registry.active().get(system).manifest
    return manifest.tables[manifest.subject.table].erase != "keep"


def _finish_account(claim: Claim[Deletion]) -> None:
    """Erase our own rows, the account last, and say so: one transaction, so that the message exists if and only if."""
    deletion, case = claim.row, claim.row.case
    own, recipient = registry.active().own, addresses.recipient_of(deletion)
    person, ours = subjects.person(deletion.subject, own.id), _thinned_out(claim, own)
    with claim.step():
        move(deletion, "erased", unfinished_of=None, address=None)
        _close_cases(deletion)
        consents.remember_refusals(deletion.subject, person.identifiers)
        hooks.erased(_known(deletion), deletion.subject)
        own.erase(person, f"{case.reference}:{own.id}")
        if left := own.remaining(person):
            raise RuntimeError(f"our own tables still hold rows: {sorted(left)}")
        put(ours, "proven", proven_at=clock.now())
        certificates.issue(deletion)
        audit.record("deletion.finished", subject=deletion.subject, actor="worker", reference=case.reference)
        if recipient:
            _say_done(recipient, deletion)


def _thinned_out(claim: Claim[Deletion], own: OwnSource) -> Target:
    """Note what our own tables hold, then delete what is much of it, so that the last transaction is short."""
    person = subjects.person(claim.row.subject, own.id)
    target: Target = Target.get(Target.deletion == claim.row, Target.source == own.id)
    if target.state == "counted":
        with claim.step():
            lines = [asdict(line) for line in plan.ask(own, person).lines]
            put(target, "erased", person=persons.written(person), lines=lines, erased_at=clock.now())
    more = True
    while more:
        with claim.step():
            more = own.thin_out(person)
    return target


def _known(deletion: Deletion) -> dict[str, Person]:
    """Return by which keys each system knew the person, for those that listen: they hear of the end by these."""
    targets = Target.select().where(Target.deletion == deletion, Target.person.is_null(False))
    return {target.source: persons.read(target.person) for target in targets}


def _close_cases(deletion: Deletion) -> None:
    """Fulfil this case; whatever else the person had under way ends with the account."""
    cases.move(deletion.case, "fulfilled", "everything erased", "worker")
    for case in cases.of_subject(deletion.subject):
        if case.state not in cases.FINAL:
            cases.move(case, "revoked", "account deleted", "worker")
    cases.forget_grounds(deletion.subject)


def _say_done(to: messages.Recipient, deletion: Deletion) -> None:
    reference, what = deletion.case.reference, scope_of(deletion).title_in(deletion.language)
    messages.deletion_done(to, f"deletion:{reference}:done", reference, what, certificates.address_of(reference))
