"""One case: all that staff need to answer it on one page, and what keeps it moving."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import by_reference, handling, thread, timeline
from portal.kernel.problems import NotFound
from portal.staff.views import looking
from portal.staff.views.casepage import APPROVERS, Spoken, author, happened, show_case
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.fields import read_day
from portal.web.guards import crew, staff
from portal.web.htmx import away, show

CASE = "/staff/requests/<string:reference>"

navigation.left_out(room, "handle")


@room.get(CASE)
@staff("admin", "approver", "staff")
def case(reference: str) -> Response:
    """Show a case whole; where it is about a person that we know, they read that it was looked at (RULES S2)."""
    found = load(reference)
    return reason_first(found) or show_case(found)


@room.get(f"{CASE}/as-seen")
@staff("admin", "approver", "staff")
def case_as_seen(reference: str) -> Response:
    """Show a case as the person sees it: nothing internal, nothing that is not out yet."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    events = [happened(found, event, {}) for event in timeline(found)]
    spoken = [Spoken(row, author(row, {}, outside=True), False) for row in thread.said(found)]
    return show("staff/case/as_seen.html", case=found, kind=kind(found.kind), events=events, spoken=spoken)


def reason_first(found: Case) -> Response | None:
    """Log the look at a person's data, once in 30 minutes (RULES S2); None: go on."""
    return looking.at(found.subject_id, found.reference, "answering") if found.subject_id else None


@room.post(f"{CASE}/handle")
@staff("admin", "approver", "staff")
def handle(reference: str) -> Response:
    """Take a case, give it, let it wait or rest, mark it; the button says which."""
    found, me, act = load(reference), crew().number, request.form.get("act", "")
    if act == "take":
        handling.take(found, me)
    elif act == "give":
        handling.give(found, number(request.form.get("to", "")), me)
    elif act == "wait":
        handling.wait_for(found, request.form.get("whom", ""), me)
    elif act == "snooze":
        handling.snooze(found, read_day(request.form.get("until", "")), me)
    elif act in ("test", "no test") and crew().role in APPROVERS:
        handling.mark_test(found, act == "test", me)
    else:
        raise NotFound
    return back(found)


def load(reference: str) -> Case:
    """Return a case by its reference; NotFound."""
    return by_reference(reference.upper())


def back(found: Case, place: str = "") -> Response:
    """Lead back to a case."""
    return away(url_for("staff.case", reference=found.reference) + place)


def number(typed: str) -> int | None:
    """Return a number of the staff, None for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None
