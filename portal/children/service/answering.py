"""What the holder of an account says when it is held: from a secret address, without a proof (RULES K3)."""

from __future__ import annotations

from portal.cases.models import LONGEST, Case
from portal.cases.service.moving import note
from portal.cases.service.thread import NothingSaid
from portal.children.models import ChildHold, HolderAnswer
from portal.children.service import holding
from portal.children.service.states import HELD
from portal.kernel import clock, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow

GROWN, CHILD, WORDS = "grown", "child", "words"
KINDS = (GROWN, CHILD, WORDS)
PER_HOLD = "10/day"


def by_secret(reference: str, secret: str) -> ChildHold:
    """Return the hold of a mailed address; NotFound for a wrong secret and for no hold alike."""
    if not tokens.same(secret.lower(), holding.secret(reference.upper())):
        raise NotFound
    found: ChildHold | None = ChildHold.get_or_none(ChildHold.reference == reference.upper())
    if found is None:
        raise NotFound
    return found


def answer(hold: ChildHold, kind: str, text: str = "") -> HolderAnswer:
    """Keep what a holder says, for staff: GROWN ("I am grown up"), CHILD ("I am a child") or WORDS of their own.

    The case comes back to the top of what waits for us. It never says to the reporter that somebody answered. Raises
    NothingSaid, TooManyTries, NotFound for a kind that is none, NotNow once the hold has ended.
    """
    if kind not in KINDS:
        raise NotFound
    if hold.state != HELD:
        raise NotNow
    if (kind == WORDS and not text.strip()) or len(text) > LONGEST:
        raise NothingSaid(most=LONGEST)
    limits.hit(PER_HOLD, "holder answers", hold.reference)
    case = lead(hold)
    with atomic():
        row: HolderAnswer = HolderAnswer.create(hold=hold, kind=kind, body=text.strip() or None, at=clock.now())
        Case.update(waiting="", snoozed_until=None).where(Case.id == case.id, Case.waiting != "source").execute()
        note(case, "holder answered", "holder", internal=True, hold=hold.reference, kind=kind)
    return row


def answers(hold: ChildHold) -> list[HolderAnswer]:
    """Return what a holder has said, the oldest first."""
    return list(HolderAnswer.select().where(HolderAnswer.hold == hold.id).order_by(HolderAnswer.id))


def lead(hold: ChildHold) -> Case:
    """Return the case that staff work in for a hold."""
    report = hold.report
    case: Case = Case.get_by_id(report.lead or report.case_id)
    return case
