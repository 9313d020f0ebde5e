"""Taking a deletion up: the days of grace begin, what reaches people goes off, they are told and reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import config
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cases.models import Case
from portal.consents import service as consents
from portal.deletion.models import Deletion, Target
from portal.deletion.service import addresses, moving
from portal.deletion.service.scope import ACCOUNT, Scope, scope_of
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.work import Claim
from portal.notices import messages
from portal.policies import service as policies
from portal.subjects import service as subjects

REMINDER = timedelta(days=3)
REACHING = ("marketing.", "location.")  # purposes that go off at once

audit.declare("deletion.asked", "reference")
audit.declare("deletion.reminded", "reference")


def start(case: Case, language: str = "", scope: Scope = ACCOUNT) -> Deletion:
    """Take up an approved case: the days of grace begin, and the person is told how to keep what they have."""
    subject = case.subject_id
    account = subjects.account_of(subject)
    to = accounts.recipient(account) if account else None
    on = clock.now() + scope.grace
    with atomic():
        cases.move(case, "in_progress", "deletion scheduled", on=on.isoformat())
        deletion: Deletion = Deletion.create(
            case=case,
            subject=subject,
            unfinished_of=subject,
            system=scope.system,
            category=scope.category,
            scheduled_for=on,
            due_at=on - REMINDER if scope.grace > REMINDER else on,
            language=language or (to.language if to else config.site().languages[0]),
            address=to and to.address,
        )
        for source in scope.sources():
            Target.create(deletion=deletion, source=source.id, title=str(source.title))
        if scope.is_account:
            _switch_off(deletion)
        audit.record("deletion.asked", subject=subject, reference=case.reference)
        if recipient := addresses.recipient_of(deletion):
            what, urls = scope.title_in(deletion.language), addresses.urls(case.reference)
            messages.deletion_scheduled(recipient, _cause(deletion, "scheduled"), case.reference, what, on, **urls)
    return deletion


def remind(claim: Claim[Deletion]) -> None:
    """Say once, some days before, that the day is near; TooLate if the person kept it meanwhile."""
    deletion, reference = claim.row, claim.row.case.reference
    on: datetime = deletion.scheduled_for
    with claim.step():
        moving.move(deletion, "scheduled", due_at=on)
        audit.record("deletion.reminded", subject=deletion.subject, actor="worker", reference=reference)
        if recipient := addresses.recipient_of(deletion):
            what, urls = scope_of(deletion).title_in(deletion.language), addresses.urls(reference)
            messages.deletion_reminder(recipient, _cause(deletion, "reminder"), reference, what, on, **urls)


def _switch_off(deletion: Deletion) -> None:
    """Switch marketing and location off; only the person switches them on again, also where the account stays."""
    standing = consents.standing(deletion.subject)
    for purpose in config.site().purposes.values():
        if not purpose.id.startswith(REACHING):
            continue
        if (purpose.states[0], True) != (standing[purpose.id].state, standing[purpose.id].event > 0):
            policies.choose(deletion.subject, purpose.id, purpose.states[0], deletion.language, actor="deletion")


def _cause(deletion: Deletion, name: str) -> str:
    return f"deletion:{deletion.case.reference}:{name}"
