"""Somebody asks for somebody else: the person says so themselves, and before that the agent gets nothing (RULES R6)."""

from __future__ import annotations

from portal.cases.kinds import kind
from portal.cases.models import Attempt, Case, Verification
from portal.cases.service import attempts, effects, identity, notifying
from portal.cases.service.attempts import AGENT, ASKED, DEAD, LINK_LIFE, STOPPED, TOLD, USED
from portal.cases.service.moving import move, note
from portal.cases.service.opening import PROVEN
from portal.kernel import audit, clock, limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow
from portal.notices import messages
from portal.sources.base import Identifier as Proof

FOR_OTHERS = ("agent", "representative")
PER_PERSON = "3/day"
REFUSED = "refused"

audit.declare("cases.agent_confirmed", "reference")


def ask(case: Case, person: str) -> None:
    """Write to whom a case is about, for them to confirm or refuse; TooManyTries, NotNow once they have answered.

    Whether anybody knows the address is not looked up, so the agent learns nothing from it (RULES R3).
    """
    before = attempts.newest(case, AGENT)
    if before is not None and before.state in (USED, REFUSED):
        raise NotNow
    limits.hit(PER_PERSON, "asked for by address", person)
    with atomic():
        row, secret = attempts.begin(case, AGENT, Proof("email", person), LINK_LIFE, language=case.language)
        note(case, "person asked to confirm", "worker")
        to = messages.Recipient(person, case.language)
        cause = f"request:{case.reference}:agent:{row.digest}"
        messages.agent_named(to, cause, case.reference, kind(case.kind).title, case.contact, attempts.link(secret))


def ask_family(case: Case, person: str) -> None:
    """Let a worker tell every address on file of somebody who is said to have died, so that they can object."""
    attempts.begin(case, DEAD, Proof("email", person), LINK_LIFE, language=case.language, due_at=clock.now())


def confirm(row: Attempt) -> None:
    """Say that the agent may ask; NotNow where it was answered before."""
    case = row.case
    with atomic():
        if row.way != AGENT or case.state != "open" or not attempts.spend(row, ASKED, USED):
            raise NotNow
        identity.prove(case, "person confirmed", "person")
        attempts.match(case, Proof("email", row.address))
        note(case, PROVEN, "person")
        effects.filed(case)
        audit.record("cases.agent_confirmed", subject=case.subject_id, reference=case.reference)
        notifying.news(case, "agent confirmed")


def refuse(row: Attempt) -> None:
    """Say that nobody was asked to do this: the case ends. NotNow where it was answered before."""
    case = row.case
    with atomic():
        if row.way != AGENT or not attempts.spend(row, ASKED, REFUSED):
            raise NotNow
        move(case, "revoked", "person refused", "person")
        notifying.news(case, "agent refused")


def stop(row: Attempt) -> None:
    """Let nothing rest on a proof that somebody on file did not give, and undo what did; NotNow if stopped before."""
    case = row.case
    with atomic():
        if row.way != TOLD or not attempts.spend(row, ASKED, STOPPED):
            raise NotNow
        weak = Verification.method << ["facts", identity.LOST_MAILBOX]
        Verification.delete().where(Verification.case == case.id, weak).execute()
        note(case, "proof stopped", "person", internal=True)
        if identity.proof(case) < kind(case.kind).needs:
            _undo(case)


def _undo(case: Case) -> None:
    """Undo what a case has done on the word of somebody who was not the person, and carry nothing of it out."""
    if case.kind in effects.KINDS:
        effects.undone(case)
    if case.state == "approved" or (case.state in ("in_progress", "fulfilled") and case.kind in effects.KINDS):
        move(case, "revoked", "never asked for", "person")
        notifying.news(case, "never asked for")
    elif case.state == "open" and not identity.proofs(case):
        effects.undone(case)  # a correction may have stopped all use
        Case.update(subject=None).where(Case.id == case.id).execute()
