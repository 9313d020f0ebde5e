"""Cases: how one is opened, moved and read. Rooms that carry a kind out claim its rows in the state `approved`."""

from __future__ import annotations

from typing import Any

from portal import config
from portal.cases import deadlines
from portal.cases.models import Case, CaseEvent
from portal.kernel import audit, clock, tokens, work
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow

# State names of the Data Rights Protocol (RULES R5), and `approved` for what a room may begin.
MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"approved", "denied", "revoked", "expired"}),
    "approved": frozenset({"in_progress", "denied", "revoked", "expired"}),
    "in_progress": frozenset({"fulfilled", "denied", "revoked", "expired"}),
    "fulfilled": frozenset(),
    "denied": frozenset(),
    "revoked": frozenset(),
    "expired": frozenset(),
}
FINAL = frozenset(state for state, onward in MOVES.items() if not onward)
OPERATOR = "operator"  # the channel of a case, and who acts in it, when it came by the command line
_PROVEN = "identity proven"

audit.declare("cases.opened_by_operator", "reference", "kind")


def open_by_operator(kind: str, subject_id: int, ground: str) -> Case:
    """Open a request for somebody who asked without the web; `ground` is how the operator verified who they are.

    These free words stay in the case as long as the person does, and never enter the log.
    """
    with atomic():
        case = open_case(kind, subject_id, channel=OPERATOR, actor=OPERATOR, ground=ground)
        keys = {"reference": case.reference, "kind": kind}
        audit.record("cases.opened_by_operator", subject=subject_id, actor=OPERATOR, **keys)
    return case


def asked_by(case: Case) -> str:
    """Return who asked, as the log names them."""
    return OPERATOR if case.channel == OPERATOR else "person"


def forget_grounds(subject_id: int) -> None:
    """Forget in what words a person's identity was verified; that it was, and by whom, stays in the timeline."""
    mine = CaseEvent.case << Case.select(Case.id).where(Case.subject == subject_id)
    CaseEvent.update(facts={}).where(mine, CaseEvent.name == _PROVEN).execute()


def open_case(
    kind: str,
    subject_id: int,
    *,
    channel: str = "portal",
    actor: str = "person",
    ground: str = "",
    approved: bool = True,
) -> Case:
    """Open a request of somebody whose session or staff member has proven them; it is approved at once.

    One that staff have to answer is not `approved`: it stays open, and no worker takes it up.

    Both dates are those of the site's legal profile, counted from now (RULES D1).
    """
    site, received = config.site(), clock.now()
    rules = deadlines.profile(site.profile)
    with atomic():
        case = Case.create(
            reference=_unused_reference(),
            subject=subject_id,
            kind=kind,
            channel=channel,
            profile=rules.id,
            received_at=received,
            acknowledge_by=deadlines.acknowledge_by(rules, received, site.timezone),
            complete_by=deadlines.complete_by(rules, kind, received, site.timezone),
            due_at=None,
        )
        CaseEvent.create(case=case, at=received, name="received", actor=actor)
        if approved:
            move(case, "approved", _PROVEN, actor, **({"ground": ground} if ground else {}))
    return case


def move(case: Case, to: str, event: str, actor: str = "person", **facts: Any) -> None:
    """Bring a case from the state it was read in to the next, and write that into its timeline.

    Raises NotNow when the table does not allow the move, or when somebody else moved the case meanwhile.
    """
    if to not in MOVES[case.state]:
        raise NotNow
    now = clock.now()
    changes = {
        "state": to,
        "closed_at": now if to in FINAL else None,
        "due_at": now if to == "approved" else None,  # only an approved case waits for a worker
    }
    with atomic():
        if not Case.update(**changes).where(Case.id == case.id, Case.state == case.state).execute():
            raise NotNow
        CaseEvent.create(case=case, at=now, name=event, actor=actor, facts=facts)
        if to == "approved":
            work.wake_table(Case)
    for name, value in changes.items():
        setattr(case, name, value)


def load(reference: str, subject_id: int) -> Case:
    """Return a person's own case; NotFound for anybody else's, which a stranger cannot tell from none."""
    case = Case.get_or_none(Case.reference == reference, Case.subject == subject_id)
    if case is None:
        raise NotFound
    return case


def of_subject(subject_id: int) -> list[Case]:
    """Return a person's cases, the newest first."""
    return list(Case.select().where(Case.subject == subject_id).order_by(Case.id.desc()))


def timeline(case: Case) -> list[CaseEvent]:
    """Return what happened in a case as the person may see it, the oldest first."""
    seen = (CaseEvent.case == case) & ~CaseEvent.internal
    return list(CaseEvent.select().where(seen).order_by(CaseEvent.id))


def _unused_reference() -> str:
    while Case.select().where(Case.reference == (drawn := tokens.new_reference("R"))).exists():
        pass  # one in a thousand once there are a million
    return drawn
