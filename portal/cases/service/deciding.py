"""What staff decide: proposed by one, and by a second of them where it did not come from a confirmed session.

The owner's own confirmed download or deletion never comes here: it is approved when it is opened.
"""

from __future__ import annotations

from typing import Any

import peewee

from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent, Decision
from portal.cases.reasons import REASONS as REASONS
from portal.cases.service import effects, evidence, identity, notifying
from portal.cases.service.moving import move, note
from portal.cases.service.notifying import REVIEW_ASKED as REVIEW_ASKED
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.sources.base import Identifier
from portal.subjects import service as subjects

FULFIL, PART, REFUSE = "fulfil", "part", "refuse"
PROPOSED, DECIDED, WITHDRAWN = "proposed", "decided", "withdrawn"
KIND_CHANGED = "kind changed"
PREPARED, RELEASED = "copy prepared", "copy released"  # a copy that leaves only after a second look
ALONE = frozenset({"portal", "operator"})  # the channels of whoever had proven themselves before they asked

audit.declare("cases.decided", "reference", "outcome", "reason")


class ReasonMissing(Problem):
    """A refusal without a reason from the list and in words (RULES D6)."""

    status, code = 422, "reason-missing"
    say = N_("A refusal needs a reason from the list, and one in words.")
    then = N_("Write why, so that the person can understand it and object. Nothing was decided.")


class SecondPerson(Problem):
    """Somebody wants to agree to what they proposed, or to review what they decided."""

    status, code = 409, "second-person"
    say = N_("This has to be decided by somebody else.")
    then = N_("Ask a colleague who has not decided in this request before.")


class NotReleased(Problem):
    """A copy that staff hand out themselves, and that nobody has looked at a second time."""

    status, code = 409, "not-released"
    say = N_("Nobody has looked a second time at what this copy holds.")
    then = N_("One prepares it, another releases it; then it can be handed out. You can refuse it without.")


class NoPerson(Problem):
    """A request that a system has to carry out names nobody yet."""

    status, code = 409, "no-person"
    say = N_("It is not known yet whose data this is about.")
    then = N_("Match the request with a person first, or refuse it because nothing was found.")


def needs_two(case: Case) -> bool:
    """Tell whether two of the staff have to agree: what they began themselves, strangers, agents (RULES S4).

    A request that staff made into another kind is one that they began: else one alone could turn a question of
    somebody signed in into the deletion of their account.
    """
    return case.channel not in ALONE or kind(case.kind).two or _changed(case.id).exists()


def asked_alone() -> Any:
    """Return the condition on cases of which `needs_two` says no by how they came, and what became of them."""
    return (Case.channel << list(ALONE)) & ~peewee.fn.EXISTS(_changed(Case.id))


def _changed(case: Any) -> Any:
    return CaseEvent.select(CaseEvent.id).where(CaseEvent.case == case, CaseEvent.name == KIND_CHANGED)


def propose(case: Case, staff: int, outcome: str, reason: str = "", words: str = "") -> Decision:
    """Decide an open case, or propose it where a second person has to agree; an earlier proposal is withdrawn.

    Raises NotNow, ReasonMissing, SecondPerson, NoPerson, NotProven.
    """
    _check(case, staff, outcome, reason, words)
    with atomic():
        Decision.update(state=WITHDRAWN).where(Decision.case == case.id, Decision.state == PROPOSED).execute()
        row: Decision = Decision.create(
            case=case,
            outcome=outcome,
            reason=reason if outcome != FULFIL else "",
            words=words.strip() or None,
            state=PROPOSED,
            proposed_by=staff,
        )
        note(case, "decision proposed", f"staff:{staff}", internal=True, outcome=outcome)
        if not needs_two(case):
            _carry_out(case, row, staff)
    return row


def agree(case: Case, staff: int, number: int) -> None:
    """Agree to what somebody else proposed; SecondPerson to whoever proposed it, NotNow where it was withdrawn."""
    row = Decision.get_or_none(Decision.id == number, Decision.case == case.id)
    if row is None:
        raise NotFound
    if row.state != PROPOSED:
        raise NotNow
    if row.proposed_by == staff:
        raise SecondPerson
    _check(case, staff, row.outcome, row.reason, row.words or "")
    with atomic():
        _carry_out(case, row, staff)


def disagree(case: Case, staff: int, number: int) -> None:
    """Take a proposal off the table, one's own or a colleague's."""
    off = Decision.update(state=WITHDRAWN).where(
        Decision.id == number, Decision.case == case.id, Decision.state == PROPOSED
    )
    with atomic():
        if not off.execute():
            raise NotNow
        note(case, "decision withdrawn", f"staff:{staff}", internal=True)


def proposal(case: Case) -> Decision | None:
    """Return what waits for a second person."""
    found: Decision | None = Decision.get_or_none(Decision.case == case.id, Decision.state == PROPOSED)
    return found


def last(case: Case) -> Decision | None:
    """Return what was decided last."""
    decided = Decision.select().where(Decision.case == case.id, Decision.state == DECIDED)
    found: Decision | None = decided.order_by(Decision.id.desc()).first()
    return found


def _check(case: Case, staff: int, outcome: str, reason: str, words: str) -> None:
    if case.state != "open":
        raise NotNow
    if outcome not in (FULFIL, PART, REFUSE):
        raise NotFound
    if outcome != FULFIL and (reason not in REASONS or not words.strip()):
        raise ReasonMissing
    if staff in _reviewed(case):
        raise SecondPerson
    if outcome != REFUSE:
        identity.require(case)
        about = kind(case.kind)
        if (about.carried or about.looked_at_twice) and not about.other and not case.subject_id:
            raise NoPerson
        if about.looked_at_twice and not _released(case):
            raise NotReleased


def _released(case: Case) -> bool:
    """Tell whether the last look at the copy of a case was the second one, at what still stands."""
    looks = (CaseEvent.case == case.id) & (CaseEvent.name << [PREPARED, RELEASED, "unmatched"])
    last_look = CaseEvent.select(CaseEvent.name).where(looks).order_by(CaseEvent.id.desc()).first()
    return last_look is not None and last_look.name == RELEASED


def _reviewed(case: Case) -> set[int]:
    """Return who decided before and may not decide again, where the person asked for somebody else to look."""
    if not CaseEvent.select().where(CaseEvent.case == case.id, CaseEvent.name == REVIEW_ASKED).exists():
        return set()
    decided = Decision.select().where(Decision.case == case.id, Decision.state == DECIDED)
    return {who for row in decided for who in (row.proposed_by, row.decided_by) if who is not None}


def _carry_out(case: Case, row: Decision, staff: int) -> None:
    """Make a proposal the decision, once, and move the case: a room takes up what is carried, the rest is answered."""
    mine = (Decision.id == row.id) & (Decision.state == PROPOSED)
    if not Decision.update(state=DECIDED, decided_by=staff, decided_at=clock.now()).where(mine).execute():
        raise NotNow
    if row.outcome != REFUSE:
        _let_in(case)
    actor, facts = f"staff:{staff}", {"outcome": row.outcome, "reason": row.reason}
    if kind(case.kind).other:
        move(case, "approved", "decided", actor, internal=True)  # its room says what to whom
    elif row.outcome == REFUSE:
        move(case, "denied", "refused", actor, reason=row.reason)
        effects.ended(case, actor)
    elif kind(case.kind).carried:
        move(case, "approved", "approved", actor, **facts)
    else:
        move(case, "fulfilled", "answered", actor, **facts)
    evidence.let_go(case)
    audit.record("cases.decided", subject=case.subject_id, actor=actor, reference=case.reference, **facts)
    if not kind(case.kind).other:
        notifying.decided(case, row.id, row.outcome)


def _let_in(case: Case) -> None:
    """Add the address of whoever lost their mailbox to those of their account, now that staff recognised them.

    Without it they would never get what was approved. All other addresses are told, with a link that undoes it.
    """
    lost = any(proof.method == "lost mailbox" for proof in identity.proofs(case))
    if lost and case.subject_id and case.contact:
        subjects.adopt(case.subject_id, Identifier("email", case.contact))
