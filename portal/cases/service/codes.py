"""A code to the address of a case: it proves that whoever asks reads mail there (RULES A2)."""

from __future__ import annotations

from portal.accounts.addresses import WrongCode
from portal.accounts.spans import CODE_LIFE, TRIES
from portal.cases.kinds import kind
from portal.cases.models import Attempt, Case
from portal.cases.service import attempts, effects, identity
from portal.cases.service.attempts import CODE, SENT, USED
from portal.cases.service.moving import note
from portal.cases.service.notifying import recipient
from portal.cases.service.opening import PROVEN
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotNow
from portal.notices import messages
from portal.sources.base import Identifier as Proof

PER_CASE = "5/hour"

audit.declare("cases.proven", "reference")


def send(case: Case) -> Attempt:
    """Send a code to whoever asks for themselves; an older one counts no more. Raises NotNow, TooManyTries."""
    to = recipient(case)
    if not may_send(case) or to is None:
        raise NotNow
    limits.hit(PER_CASE, "request code", case.reference)
    code, minutes = tokens.new_code(), int(CODE_LIFE.total_seconds() // 60)
    with atomic():
        Attempt.update(state="replaced").where(Attempt.case == case.id, Attempt.state == SENT).execute()
        row, _ = attempts.begin(case, CODE, Proof("email", case.contact), CODE_LIFE, state=SENT)
        Attempt.update(code_hash=_hash(row, code)).where(Attempt.id == row.id).execute()
        note(case, "code sent", "person")
        messages.request_code(to, f"request:{case.reference}:code:{row.digest}", case.reference, code, minutes)
    return row


def may_send(case: Case) -> bool:
    """Tell whether a code would prove something: somebody asks from an address for themselves, unproven yet."""
    return bool(case.contact) and attempts.may_prove(case)


def pending(case: Case) -> Attempt | None:
    """Return the code that can be entered now."""
    row = attempts.newest(case, CODE)
    return row if row and row.state == SENT and row.expires_at > clock.now() else None


def enter(case: Case, code: str) -> None:
    """Prove who asks with the code that was sent; raises WrongCode, also for a replay and after so many tries."""
    row = pending(case)
    if row is None:
        raise WrongCode
    with atomic():
        one_more = Attempt.update(tries=Attempt.tries + 1)
        counted = one_more.where(Attempt.id == row.id, Attempt.tries < TRIES).execute()
    if not counted or not tokens.same(row.code_hash, _hash(row, code)):
        raise WrongCode
    with atomic():
        if not may_send(case) or not attempts.spend(row, SENT, USED):
            raise WrongCode
        identity.prove(case, "code", "person")
        if not kind(case.kind).other:
            attempts.match(case, Proof("email", row.address))
        note(case, PROVEN, "person")
        effects.filed(case)
        audit.record("cases.proven", subject=case.subject_id, reference=case.reference)


def confirm(case: Case) -> None:
    """Prove a case by a session that was confirmed a moment ago, of whoever has the address that it came from."""
    with atomic():
        if not attempts.may_prove(case):
            return
        identity.prove(case, "confirmed session", "person")
        if case.contact and not kind(case.kind).other:
            attempts.match(case, Proof("email", case.contact))
        note(case, PROVEN, "person")
        effects.filed(case)


def _hash(row: Attempt, code: str) -> str:
    return crypto.keyed_hash("request code", f"{row.id}:{code}")
