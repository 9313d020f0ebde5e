"""The identity ladder: how well somebody is known in one case, and what that unlocks (RULES R2).

It is a guard of its own and no state of the case: nothing is approved that does not pass it, and a proof given in one
case counts in no other.
"""

from __future__ import annotations

from datetime import timedelta

import peewee

from portal.cases.kinds import Proof, kind
from portal.cases.models import Case, Verification
from portal.kernel import clock, crypto, tokens
from portal.kernel.problems import N_, Problem

COOLING = timedelta(days=7)  # before what rests on no address counts for seeing or deleting

# What each way shows. Never among them: a picture of an identity card.
METHODS = {
    "confirmed session": Proof.ADDRESS,
    "code": Proof.ADDRESS,
    "operator": Proof.ADDRESS,
    "in person": Proof.ADDRESS,
    "lost mailbox": Proof.ADDRESS,
    "person confirmed": Proof.ADDRESS,
    "documents seen": Proof.ADDRESS,
    "facts": Proof.FACTS,
    "signed in": Proof.FACTS,  # a session that was not confirmed lately
}
IN_PERSON, LOST_MAILBOX = "in person", "lost mailbox"
COOLS_OFF = frozenset({"in person", "lost mailbox"})


class NotProven(Problem):
    """Nobody has shown well enough who they are for this kind of request."""

    status, code = 409, "not-proven"
    say = N_("It is not certain yet who asks, so this cannot be carried out.")
    then = N_("The request says which proof is missing.")


class WrongNumber(Problem):
    """The number that somebody said in person is not that of the request."""

    status, code = 422, "wrong-number"
    say = N_("This is not the number of the request.")
    then = N_("Ask for the number that the page of the request shows now. Nothing was noted.")


def prove(case: Case, method: str, by: str) -> Verification:
    """Note that who asks was recognised in this case, in one of METHODS; some ways count only after COOLING."""
    now = clock.now()
    counts = now + COOLING if method in COOLS_OFF else now
    row: Verification = Verification.create(
        case=case, method=method, proof=int(METHODS[method]), at=now, counts_from=counts, by=by
    )
    return row


def proof(case: Case, but: str = "") -> Proof:
    """Return how well who asks is known in this case at this moment, `but` for what one way has shown."""
    mine = (Verification.case == case.id) & (Verification.method != but)
    counting = mine & (Verification.counts_from <= clock.now())
    best = Verification.select(peewee.fn.MAX(Verification.proof)).where(counting).scalar()
    return Proof(best or 0)


def proofs(case: Case) -> list[Verification]:
    """Return what was shown in this case, the oldest first."""
    return list(Verification.select().where(Verification.case == case.id).order_by(Verification.id))


def require(case: Case) -> None:
    """Raise NotProven where what a case asks for needs a better proof than it has."""
    if proof(case) < kind(case.kind).needs:
        raise NotProven


def missing(case: Case) -> bool:
    """Tell whether whoever asks is told that a better proof is missing.

    What came of a lost mailbox is not shown to them, or they would learn who is known (RULES R3).
    """
    return proof(case, but=LOST_MAILBOX) < kind(case.kind).needs


def unproven(cases: list[Case]) -> set[int]:
    """Return the numbers of those open cases that are `missing` a proof, with one query for all."""
    still = {case.id: kind(case.kind).needs for case in cases if case.state == "open"}
    theirs = (Verification.case << list(still)) & (Verification.method != LOST_MAILBOX)
    counting = theirs & (Verification.counts_from <= clock.now())
    best: dict[int, int] = {}
    for row in Verification.select(Verification.case, Verification.proof).where(counting):
        best[row.case_id] = max(row.proof, best.get(row.case_id, 0))
    return {number for number, needs in still.items() if best.get(number, 0) < needs}


def number(case: Case) -> str:
    """Return the number that whoever asks says when they come in person; it stands on the page of the request alone."""
    return f"{int.from_bytes(crypto.sign(IN_PERSON, case.reference)[:4]) % 1_000_000:06d}"


def compare(case: Case, said: str) -> None:
    """Raise WrongNumber where what somebody said in person is not the number of the request."""
    if not tokens.same("".join(said.split()), number(case)):
        raise WrongNumber
