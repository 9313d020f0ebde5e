"""Asking for a deletion, keeping the account after all, and what each state allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import peewee

from portal import config
from portal.accounts import service as accounts
from portal.accounts import sessions
from portal.accounts.models import Account, Session, Subject
from portal.cases import service as cases
from portal.cases.models import Case
from portal.deletion.models import Deletion, Target
from portal.deletion.service.plan import outlook
from portal.download import service as downloads
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.notices import messages
from portal.sources import registry
from portal.subjects import service as subjects

MOVES: dict[str, frozenset[str]] = {
    "scheduled": frozenset({"paused", "cancelled", "erasing"}),
    "paused": frozenset({"paused", "cancelled", "erasing"}),
    "erasing": frozenset({"erased"}),
    "erased": frozenset({"done"}),
    "cancelled": frozenset(),
    "done": frozenset(),
}
_REFERENCE = 9  # letters of R-7F3K-Q2

audit.declare("deletion.asked", "reference")
audit.declare("deletion.cancelled", "reference")


class Blocked(Problem):
    """Something stands in the way of this deletion; the page of the deletion says what."""

    status, code = 409, "blocked"
    say = N_("Something has to be settled before the account can go.")
    then = N_("The page says what it is and how it can be settled. Nothing was deleted.")


class TooLate(NotNow):
    """The erasure has begun, or is over."""

    code = "too-late"
    say = N_("It is too late to keep the account.")
    then = N_("The deletion has begun and cannot be undone, by you or by us.")


def unfinished(subject_id: int) -> Deletion | None:
    """Return the deletion that a person has under way, if any."""
    found: Deletion | None = Deletion.get_or_none(Deletion.unfinished_of == subject_id)
    return found


def load(reference: str, subject_id: int) -> Deletion:
    """Return a person's own deletion; NotFound for anybody else's, which a stranger cannot tell from none."""
    return _found((Case.reference == reference) & (Deletion.subject == subject_id))


def schedule(subject_id: int, language: str, session: str = "") -> str:
    """Ask for the deletion of an account; return its reference. Asking twice gives the same one (RULES E6).

    Every session but the one with this token ends (RULES E7). Raises Blocked when something stops it now.
    """
    if (open_now := unfinished(subject_id)) is not None:
        return str(open_now.case.reference)
    if outlook(subject_id).blockers("stop"):
        raise Blocked
    try:
        with atomic():
            case = cases.open_case("deletion", subject_id)
            start(case, language)
            if session and (account := subjects.account_of(subject_id)):
                sessions.end_others(account, session)
    except peewee.IntegrityError:  # asked in two windows at once: the other one was first
        return str(Deletion.get(Deletion.unfinished_of == subject_id).case.reference)
    return str(case.reference)


def take_up(case: Case) -> None:
    """Take up a case that was approved elsewhere; a second one for the same person is closed, for one is enough."""
    if unfinished(case.subject_id) is None:
        start(case)
    else:
        cases.move(case, "revoked", "another deletion is under way", "worker")


def start(case: Case, language: str = "") -> Deletion:
    """Take up an approved case: the days of grace begin, and the person is told how to keep the account.

    What an operator was asked for in person and confirmed has no days of grace; the last message tells of it.
    """
    subject = case.subject_id
    account = subjects.account_of(subject)
    to = accounts.recipient(account) if account else None
    who = cases.asked_by(case)
    at_once = who == cases.OPERATOR
    on = clock.now() + timedelta(days=0 if at_once else config.site().grace_days)
    with atomic():
        cases.move(case, "in_progress", "deletion scheduled", who, on=on.isoformat())
        deletion: Deletion = Deletion.create(
            case=case,
            subject=subject,
            unfinished_of=subject,
            scheduled_for=on,
            due_at=on,
            language=language or (to.language if to else config.site().languages[0]),
            address=to and to.address,
        )
        for source in registry.active().all():
            Target.create(deletion=deletion, source=source.id, title=str(source.title))
        audit.record("deletion.asked", subject=subject, actor=who, reference=case.reference)
        downloads.stop_all(subject)
        if not at_once and (recipient := recipient_of(deletion)):
            urls = {"cancel_url": cancel_url(case.reference), "url": page_url(case.reference)}
            messages.deletion_scheduled(recipient, f"deletion:{case.reference}:scheduled", case.reference, on, **urls)
    return deletion


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
    """Keep the account; raises TooLate once the erasure has begun. Cancelling twice is harmless."""
    if deletion.state == "cancelled":
        return
    reference, recipient = deletion.case.reference, recipient_of(deletion)
    with atomic():
        move(deletion, "cancelled", due_at=None, unfinished_of=None, address=None)
        cases.move(deletion.case, "revoked", "deletion cancelled", actor)
        audit.record("deletion.cancelled", subject=deletion.subject, actor=actor, reference=reference)
        if recipient:
            messages.deletion_cancelled(recipient, f"deletion:{reference}:cancelled", reference)


def move(deletion: Deletion, to: str, **changes: Any) -> None:
    """Bring a deletion into a state; TooLate if meanwhile it is in one that does not lead there.

    One statement decides between the worker that begins and the person who cancels: exactly one of them wins.
    """
    before = [state for state, onward in MOVES.items() if to in onward]
    changes["state"] = to
    if not Deletion.update(**changes).where(Deletion.id == deletion.id, Deletion.state << before).execute():
        raise TooLate
    for name, value in changes.items():
        setattr(deletion, name, value)


def recipient_of(deletion: Deletion) -> messages.Recipient | None:
    """Return where messages about a deletion go; None for somebody without an e-mail address."""
    if deletion.address is None:
        return None
    return messages.Recipient(deletion.address, deletion.language, subjects.account_of(deletion.subject))


def is_gone(session: str) -> bool:
    """Tell whether a browser's session was erased with its account; one that merely ended still has its row."""
    return not Session.select().where(Session.digest == tokens.digest(session)).exists()


def by_token(token: str) -> Deletion:
    """Return the deletion of a link in a mail, also where its letters were made capital; NotFound for any other."""
    reference, secret = token[:_REFERENCE].upper(), token[_REFERENCE + 1 :].lower()
    if not tokens.same(secret, _secret(reference)):
        raise NotFound
    return _found(Case.reference == reference)


def cancel_url(reference: str) -> str:
    """Return the address in the mail that keeps an account; no table holds its secret."""
    return f"{config.site().base_url}/deletion/cancel/{reference}-{_secret(reference)}"


def page_url(reference: str) -> str:
    """Return the address of the page that shows how a deletion stands."""
    return f"{config.site().base_url}/deletion/{reference}"


def _secret(reference: str) -> str:
    return tokens.derived("cancel deletion", reference)


def _found(condition: Any) -> Deletion:
    found: Deletion | None = Deletion.select(Deletion, Case).join(Case).where(condition).first()
    if found is None:
        raise NotFound
    return found
