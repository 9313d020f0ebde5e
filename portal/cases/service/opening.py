"""Opening a case: by somebody signed in, by an operator, or by whoever writes without an account."""

from __future__ import annotations

from datetime import datetime

from portal.cases import deadlines
from portal.cases.models import Case, CaseEvent
from portal.cases.service import identity, notifying
from portal.cases.service.moving import move, note
from portal.kernel import audit, clock, crypto, tokens
from portal.kernel.db import atomic

OPERATOR = "operator"  # the channel of a case, and who acts in it, when it came by the command line
PROVEN = "identity proven"

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
    CaseEvent.update(facts={}).where(mine, CaseEvent.name == PROVEN).execute()


def open_case(
    kind: str,
    subject_id: int,
    *,
    channel: str = "portal",
    actor: str = "person",
    ground: str = "",
    approved: bool = True,
    method: str = "",
    country: str = "",
    asked: dict[str, str] | None = None,
) -> Case:
    """Open a request of somebody whose session or staff member has proven them; it is approved at once.

    One that staff have to answer is not `approved`: it stays open, and no worker takes it up. `method` says by what
    they are proven, where it is no confirmed session (identity.METHODS).
    """
    with atomic():
        case = _create(kind, channel, actor, clock.now(), subject=subject_id, country=country, asked=asked)
        identity.prove(case, method or ("operator" if channel == OPERATOR else "confirmed session"), actor)
        if approved:
            move(case, "approved", PROVEN, actor, **({"ground": ground} if ground else {}))
    return case


def open_without_account(
    kind: str,
    address: str,
    language: str,
    *,
    country: str = "",
    acting: str = "self",
    channel: str = "form",
    actor: str = "person",
    received_at: datetime | None = None,
    asked: dict[str, str] | None = None,
    told: bool = True,
) -> Case:
    """Open a request of somebody who has proven nothing yet; it stays open, and `address` is told of it (RULES R1, R4).

    Whether the address is known is not looked up (RULES R3). `received_at` is the true moment of what came by post or
    phone (RULES R8). `told` is false where whoever opens it acknowledges it once the address has answered.
    """
    contact = {"contact": address, "contact_hash": crypto.keyed_hash("email", address)} if address else {}
    with atomic():
        case = _create(
            kind,
            channel,
            actor,
            received_at or clock.now(),
            country=country,
            language=language,
            acting=acting,
            asked=asked,
            **contact,
        )
        if address and told:
            acknowledge(case, actor="worker")
    return case


def acknowledge(case: Case, actor: str) -> None:
    """Tell who asked that the request has arrived, with its dates and how they will be recognised (RULES R4).

    Once for each time that it is opened.
    """
    if case.acknowledged_at is not None:
        return
    case.acknowledged_at = clock.now()
    with atomic():
        Case.update(acknowledged_at=case.acknowledged_at).where(Case.id == case.id).execute()
        note(case, "acknowledged", actor)
        notifying.received(case)


def days_for(kind: str) -> int:
    """Return in how many days a request of a kind is answered, by the law that counts for everybody."""
    return deadlines.days(kind)


def _create(kind: str, channel: str, actor: str, received: datetime, **known: object) -> Case:
    """Write the row with the dates that the law gives it, counted from the day received (RULES D1)."""
    subject = known.get("subject")
    shared = deadlines.shared(subject if isinstance(subject, int) else None)
    dates = deadlines.terms(kind, received, str(known.get("country", "")), processor=shared)
    case: Case = Case.create(
        reference=_unused_reference(),
        kind=kind,
        channel=channel,
        profile=dates.profile,
        own_profile=dates.own_profile,
        received_at=received,
        acknowledge_by=dates.acknowledge_by,
        complete_by=dates.complete_by,
        legal_maximum=dates.legal_maximum,
        shared=shared,
        due_at=None,
        **known,
    )
    CaseEvent.create(case=case, at=received, name="received", actor=actor)
    return case


def _unused_reference() -> str:
    while Case.select().where(Case.reference == (drawn := tokens.new_reference("R"))).exists():
        pass  # one in a thousand once there are a million
    return drawn
