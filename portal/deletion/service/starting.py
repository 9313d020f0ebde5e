"""Taking a deletion up: the days of grace begin, what reaches people goes off, they are told and reminded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal import config
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cases.models import Case
from portal.consents import service as consents
from portal.deletion.models import Deletion, Target
from portal.deletion.service import addresses, moving, ruled
from portal.deletion.service.scope import ACCOUNT, Scope, scope_of
from portal.download import service as downloads
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.work import Claim
from portal.notices import messages
from portal.policies import service as policies
from portal.subjects import service as subjects

REMINDER = timedelta(days=3)
OFF, REACHING = "off", ("marketing.", "location.")  # purposes that go off at once

audit.declare("deletion.asked", "reference")
audit.declare("deletion.reminded", "reference")


def start(case: Case, language: str = "", scope: Scope = ACCOUNT) -> Deletion:
    """Take up an approved case: the days of grace begin, and the person is told how to keep what they have.

    What an operator was asked for in person and confirmed has no days of grace; the last message tells of it. What two
    of the staff decided on waits for the appeal instead, and whoever decided tells of it.
    """
    subject = case.subject_id
    account = subjects.account_of(subject)
    to = accounts.recipient(account) if account else None
    who = cases.asked_by(case)
    by_staff = ruled.is_ruled(case)
    grace = timedelta(0) if who == cases.OPERATOR or by_staff else scope.grace
    on = ruled.begins(case) if by_staff else clock.now() + grace
    with atomic():
        cases.move(case, "in_progress", "deletion scheduled", who, on=on.isoformat())
        reached = {
            "language": language or (to.language if to else config.site().languages[0]),
            "address": to.address if to else None,
        }
        deletion = _schedule(case, scope, on, on - REMINDER if grace > REMINDER else on, reached)
        if scope.is_account:
            _switch_off(deletion)
            downloads.stop_all(subject)
        audit.record("deletion.asked", subject=subject, actor=who, reference=case.reference)
        if grace:
            _tell(deletion, scope)
    return deletion


def _schedule(case: Case, scope: Scope, on: datetime, due: datetime, reached: Mapping[str, str | None]) -> Deletion:
    """Write the deletion of a case and the systems that it is to reach."""
    whose = {"case": case, "subject": case.subject_id, "unfinished_of": case.subject_id}
    what = {"system": scope.system, "category": scope.category}
    deletion: Deletion = Deletion.create(**whose, **what, **reached, scheduled_for=on, due_at=due)
    for source in scope.sources():
        Target.create(deletion=deletion, source=source.id, title=str(source.title))
    return deletion


def _tell(deletion: Deletion, scope: Scope) -> None:
    """Say when it will be, and how to keep what they have."""
    if recipient := addresses.recipient_of(deletion):
        reference, on = deletion.case.reference, deletion.scheduled_for
        what, urls = scope.title_in(deletion.language), addresses.urls(reference)
        messages.deletion_scheduled(recipient, _cause(deletion, "scheduled"), reference, what, on, **urls)


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
    still_on = [name for name in standing if name in config.site().purposes and _may_reach(name, standing)]
    if still_on:
        policies.choose_all(deletion.subject, dict.fromkeys(still_on, OFF), deletion.language, actor="deletion")


def _may_reach(purpose_id: str, standing: Mapping[str, consents.Choice]) -> bool:
    """Tell whether a purpose reaches people and its off was not yet chosen for all systems."""
    if not purpose_id.startswith(REACHING) or OFF not in consents.purpose(purpose_id).states:
        return False
    choice = standing[purpose_id]
    return choice.state != OFF or not choice.made or bool(consents.for_one(standing, purpose_id))


def _cause(deletion: Deletion, name: str) -> str:
    return f"deletion:{deletion.case.reference}:{name}"
