"""A report about a child's account, as staff look into it: who may be meant, what is held, whether it is the parent."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts.staff import looks
from portal.cases.models import Case
from portal.cases.service import evidence as kept
from portal.cases.service import handling
from portal.children.service import desk, following, parenthood, rulings, triage
from portal.children.service.desk import Desk
from portal.kernel.problems import NotFound
from portal.staff import child_words as words
from portal.staff.views.case import CASE, load, number
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.files import attachment
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import here

CHILD = f"{CASE}/child"
LOOK = "child"  # what a look at somebody who may be meant is about, as they read it: it leads to no report

navigation.left_out(room, "child_desk", "child_triage", "child_check", "child_evidence")


@room.get(CHILD)
@staff("admin", "approver", "staff")
def child_desk(reference: str) -> Response:
    """Show all that is known of a report; whoever may be meant reads that somebody looked (RULES S2)."""
    case = load(reference)
    found = read(case)
    return show(
        "staff/children/desk.html",
        case=case,
        desk=found,
        names=handling.members(),
        me=crew().number,
        role=crew().role,
        words=words,
        outcomes=rulings.OUTCOMES,
        methods=parenthood.METHODS,
        appeal_days=rulings.APPEAL.days,
        look_by=min(map(following.looked_at_by, found.told), default=None),
        files=kept.of(case),
    )


@room.post(f"{CHILD}/triage")
@staff("admin", "approver", "staff", fresh=True)
def child_triage(reference: str) -> Response:
    """Hold more, hold whom staff found, or end a hold; the button says which. A look alone is noted too."""
    case, me, act = load(reference), crew().number, request.form.get("act", "")
    which = number(request.form.get("number", ""))
    if act == "look":
        triage.looked(case, me)
    elif which is None:
        raise NotFound
    elif act == "more":
        triage.hold_more(case, which, me)
    elif act == "hold":
        triage.hold(case, which, me)
    elif act == "lift":
        triage.lift(case, which, me)
    else:
        raise NotFound
    return to_desk(case, "#held")


@room.post(f"{CHILD}/check")
@staff("admin", "approver", "staff", fresh=True)
def child_check(reference: str) -> Response:
    """Note what came of a way in which a reporter shows that they are the parent."""
    case = load(reference)
    method, result = request.form.get("method", ""), request.form.get("result", "")
    parenthood.record(case, method, result, crew().number)
    return to_desk(case, "#parent")


@room.get(f"{CHILD}/evidence/<int:number>")
@staff("admin", "approver", "staff")
def child_evidence(reference: str, number: int) -> Response:
    """Hand out what a reporter sent to show that they are the parent, as an attachment; it is logged."""
    case = load(reference)
    rulings.report_of(case)
    row, chunks = kept.hand_out(case, number, f"staff:{crew().number}")
    return attachment(row.name, row.media_type, chunks)


def read(case: Case) -> Desk:
    """Return what is known of a report, and log the look at everybody who may be meant, once in 30 minutes."""
    found = desk.of(case, here().language)
    for person in found.people:
        if not looks.has_reason(crew(), person.match.subject_id, LOOK):
            looks.looked(crew(), person.match.subject_id, "answering", about=LOOK)
    return found


def to_desk(case: Case, place: str = "") -> Response:
    """Lead back to the desk of a report."""
    return away(url_for("staff.child_desk", reference=case.reference) + place)
