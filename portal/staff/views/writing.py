"""Writing in a case: to the person, with ten minutes to think again; and notes for colleagues."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.cases.models import Case
from portal.cases.service import desk, handling, presence, replies, thread
from portal.kernel import clock
from portal.staff.views.case import CASE, back, load
from portal.staff.views.casepage import Typed, show_case
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import alone, draw, show
from portal.web.words import _, here

navigation.left_out(room, "keep_draft", "take_back")


@room.post(f"{CASE}/write")
@staff("admin", "approver", "staff")
def write(reference: str) -> Response:
    """Send a message, keep it as a draft, or begin one from a text that is written often; the button says which."""
    found, text, act = load(reference), request.form.get("text", ""), request.form.get("act", "send")
    try:
        if act == "template":
            begun = replies.filled(found, request.form.get("template", ""))
            return show_case(found, Typed(f"{text.rstrip()}\n\n{begun.strip()}\n".lstrip()))
        if act == "draft":
            desk.keep_draft(found, crew().number, text)
        else:
            desk.send(found, crew().number, text)
    except thread.NothingSaid as problem:
        return show_case(found, Typed(text, _(problem.say, **problem.facts)), status=422)
    return back(found, "#thread")


@room.post(f"{CASE}/draft")
@staff("admin", "approver", "staff")
def keep_draft(reference: str) -> Response:
    """Keep what is being written, as htmx sends it a moment after the last key."""
    found, kept = load(reference), True
    try:
        desk.keep_draft(found, crew().number, request.form.get("text", ""))
    except thread.NothingSaid:
        kept = False
    if not alone():
        return back(found, "#thread")
    region, at = "staff/case/_draft.html", here().clock(clock.now())
    return show(region, region, kept=kept, at=at, beside=_others(found))


def _others(found: Case) -> str:
    """Return who else is writing: it comes along with a draft, for a page that asked by itself would never time out."""
    names = handling.members()
    others = [names.get(other, "") for other in presence.others(found, crew().number)]
    return draw("staff/case/_presence.html", others=others, beside=True)


@room.post(f"{CASE}/messages/<int:number>/take-back")
@staff("admin", "approver", "staff")
def take_back(reference: str, number: int) -> Response:
    """Make a message that has not gone out a draft again."""
    found = load(reference)
    thread.take_back(found, crew().number, number)
    return back(found, "#write")


@room.post(f"{CASE}/note")
@staff("admin", "approver", "staff")
def write_note(reference: str) -> Response:
    """Keep a note that only staff read."""
    found = load(reference)
    try:
        desk.note_inside(found, crew().number, request.form.get("note", ""))
    except thread.NothingSaid as problem:
        return show_case(found, Typed(wrong=_(problem.say, **problem.facts)), status=422)
    return back(found, "#thread")
