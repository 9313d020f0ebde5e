"""What touches other people can be handed over before somebody goes: staff are asked, in a case of its own."""

from __future__ import annotations

from portal.cases import service as cases
from portal.cases.models import Case, CaseEvent
from portal.deletion.service.plan import outlook
from portal.deletion.service.scope import Scope
from portal.kernel import audit
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound

KIND, EVENT = "inquiry", "hand-over asked"

audit.declare("deletion.hand_over_asked", "reference", "place")


def ask(subject_id: int, scope: Scope, place: str) -> Case:
    """Ask staff to hand over what a place (system and table) says; asked twice it is the same case.

    NotFound where nobody else is touched there.
    """
    if not any(place == there and found.then == "hand-over" for there, found in outlook(subject_id, scope).affected()):
        raise NotFound
    if (known := asked(subject_id).get(place)) is not None:
        return known
    with atomic():
        case = cases.open_case(KIND, subject_id, approved=False)
        CaseEvent.create(case=case, name=EVENT, actor="person", facts={"place": place})
        audit.record("deletion.hand_over_asked", subject=subject_id, reference=case.reference, place=place)
    return case


def asked(subject_id: int) -> dict[str, Case]:
    """Return what a person has asked for and staff have not answered yet, by place."""
    theirs = (Case.subject == subject_id) & (Case.kind == KIND) & (Case.state == "open")
    events = CaseEvent.select(CaseEvent, Case).join(Case).where(theirs, CaseEvent.name == EVENT)
    return {event.facts["place"]: event.case for event in events.order_by(CaseEvent.id)}
