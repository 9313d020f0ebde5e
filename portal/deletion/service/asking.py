"""Asking for a deletion, keeping what was to go after all, and finding the one that is meant."""

from __future__ import annotations

from typing import Any

import peewee

from portal.accounts import service as accounts
from portal.accounts import sessions
from portal.accounts.models import Account, Session, Subject
from portal.cases import service as cases
from portal.cases.models import Case
from portal.deletion.models import Deletion
from portal.deletion.service import addresses, moving, ruled
from portal.deletion.service.plan import outlook
from portal.deletion.service.scope import ACCOUNT, Scope, scope_of
from portal.deletion.service.starting import start
from portal.kernel import audit, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.notices import messages
from portal.subjects import service as subjects

ACCOUNT_KIND, PART_KIND = "deletion", "partial_deletion"
_REFERENCE = 9  # letters of R-7F3K-Q2

audit.declare("deletion.cancelled", "reference")


class Blocked(Problem):
    """Something stands in the way of this deletion; the page of the deletion says what."""

    status, code = 409, "blocked"
    say = N_("Something has to be settled before this can go.")
    then = N_("The page says what it is and how it can be settled. Nothing was deleted.")


def unfinished(subject_id: int, scope: Scope = ACCOUNT) -> Deletion | None:
    """Return the deletion of this scope that a person has under way; that of the account counts for every part."""
    same = (Deletion.system == scope.system) & (Deletion.category == scope.category)
    found: Deletion | None = (
        Deletion.select()
        .where(Deletion.unfinished_of == subject_id, same | (Deletion.system == ""))
        .order_by(Deletion.system)
        .first()
    )
    return found


def parts(subject_id: int) -> list[Deletion]:
    """Return the deletions of parts that a person has under way, each with its case."""
    mine = (Deletion.unfinished_of == subject_id) & (Deletion.system != "")
    return list(Deletion.select(Deletion, Case).join(Case).where(mine).order_by(Deletion.scheduled_for))


def load(reference: str, subject_id: int) -> Deletion:
    """Return a person's own deletion; NotFound for anybody else's, which a stranger cannot tell from none."""
    return _found((Case.reference == reference) & (Deletion.subject == subject_id))


def schedule(subject_id: int, language: str, scope: Scope = ACCOUNT, session: str = "") -> str:
    """Ask for a deletion; return its reference. Asking twice gives the same one (RULES E6).

    With the account every session but the one with this token ends (RULES E7). Raises Blocked when something stops it
    now, SourceUnavailable when its one system does not answer.
    """
    if (open_now := unfinished(subject_id, scope)) is not None:
        return str(open_now.case.reference)
    if outlook(subject_id, scope).blockers("stop"):
        raise Blocked
    try:
        with atomic():
            case = cases.open_case(ACCOUNT_KIND if scope.is_account else PART_KIND, subject_id)
            start(case, language, scope)
            if scope.is_account and session and (account := subjects.account_of(subject_id)):
                sessions.end_others(account, session)
    except peewee.IntegrityError:  # asked in two windows at once: the other one was first
        other = unfinished(subject_id, scope)
        if other is None:
            raise
        return str(other.case.reference)
    return str(case.reference)


def take_up(case: Case) -> None:
    """Take up a case that was approved elsewhere; a second one for the same person is closed, for one is enough."""
    if unfinished(case.subject_id) is None:
        start(case)
    else:
        cases.move(case, "revoked", "another deletion is under way", "worker")


def stop_distrusted(deletion: Deletion) -> bool:
    """Cancel a deletion that, as its person told us since, somebody else asked for; tell whether it was one."""
    account = subjects.account_of(deletion.subject)
    since = accounts.distrusted(account) if account else None
    if since is None or deletion.asked_at >= since:
        return False
    cancel(deletion, "worker")
    return True


def stop_all_distrusted() -> None:
    """Cancel at once what would be stopped only when it falls due, so that its page does not frighten for two weeks."""
    theirs = Deletion.select().join(Subject, on=(Subject.id == Deletion.unfinished_of)).join(Account)
    for deletion in theirs.where(Deletion.asked_at < Account.distrusted_at, Deletion.state << ["scheduled", "paused"]):
        stop_distrusted(deletion)


def cancel(deletion: Deletion, actor: str = "person") -> None:
    """Keep what was to go; raises TooLate once the erasure has begun. Cancelling twice is harmless.

    Raises Ruled where two of the staff decided on it: that is contested by an appeal.
    """
    if deletion.state == "cancelled":
        return
    by_staff = ruled.is_ruled(deletion.case)
    if by_staff and actor == "person":
        raise ruled.Ruled
    reference, recipient = deletion.case.reference, addresses.recipient_of(deletion)
    with atomic():
        give_up(deletion, "deletion cancelled", actor)
        audit.record("deletion.cancelled", subject=deletion.subject, actor=actor, reference=reference)
        if recipient and not by_staff:
            what = scope_of(deletion).title_in(deletion.language)
            messages.deletion_cancelled(recipient, f"deletion:{reference}:cancelled", reference, what)


def cancel_ruled(reference: str) -> None:
    """Take back a deletion that staff had decided on, for an appeal; TooLate once it has begun."""
    deletion = Deletion.select(Deletion, Case).join(Case).where(Case.reference == reference).first()
    if deletion is not None:
        cancel(deletion, "worker")
        return
    case = cases.by_reference(reference)
    if case.state == "approved":  # nobody has taken it up yet
        cases.move(case, "revoked", "deletion cancelled", "worker")


def give_up(deletion: Deletion, event: str, actor: str) -> None:
    """End a deletion before it began, in the present transaction; TooLate where it has begun."""
    moving.move(deletion, "cancelled", due_at=None, unfinished_of=None, address=None)
    cases.move(deletion.case, "revoked", event, actor)


def is_gone(session: str) -> bool:
    """Tell whether a browser's session was erased with its account; one that merely ended still has its row."""
    return not Session.select().where(Session.digest == tokens.digest(session)).exists()


def by_token(token: str) -> Deletion:
    """Return the deletion of a link in a mail, also where its letters were made capital; NotFound for any other."""
    reference, secret = token[:_REFERENCE].upper(), token[_REFERENCE + 1 :].lower()
    if not tokens.same(secret, addresses.secret(reference)):
        raise NotFound
    return _found(Case.reference == reference)


def _found(condition: Any) -> Deletion:
    found: Deletion | None = Deletion.select(Deletion, Case).join(Case).where(condition).first()
    if found is None:
        raise NotFound
    return found
