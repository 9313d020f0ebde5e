"""Deciding about a child's account: one proposes, another one agrees, and a third one answers an appeal."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.cases.service import deciding
from portal.cases.service import desk as case_desk
from portal.children.service import appeals, parenthood, release, rulings
from portal.kernel.problems import Problem
from portal.staff.forms.requests import ChildDecisionForm
from portal.staff.views.case import load
from portal.staff.views.children import CHILD, read, to_desk
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import show
from portal.web.words import here

navigation.left_out(room, "child_decide", "child_agree", "child_disagree", "child_appeal")

_PLACES: dict[type[Problem], str] = {
    rulings.NoReason: "words",
    rulings.NobodyChosen: "outcome",
    rulings.KeptUntilWhen: "until",
    rulings.NothingChosen: "outcome",
    rulings.ChildAsked: "child_agrees",
    parenthood.NotParent: "outcome",
    deciding.ReasonMissing: "reason",
}


@room.route(f"{CHILD}/decide", methods=["GET", "POST"])
@staff("admin", "approver", "staff", fresh=True)
def child_decide(reference: str) -> Response:
    """Ask what becomes of an account and why, and propose it to a second person."""
    case, form = load(reference), ChildDecisionForm()
    chosen, shown = request.form.getlist("subject"), request.form.getlist("table")
    if form.validate_on_submit():
        try:
            rulings.propose(case, crew().number, form.wanted(chosen, shown))
        except tuple(_PLACES) as problem:
            form[_PLACES[type(problem)]].errors = [said(problem)]
        else:
            return to_desk(case, "#decision")
    found = read(case)
    if request.method == "GET" and found.lead:
        return to_desk(found.lead, "#decision")
    if request.method == "GET" and found.suggestion:
        form.outcome.process_data(found.suggestion)
        chosen = [str(one.match.subject_id) for one in found.people] if len(found.people) == 1 else []
    return show(
        "staff/children/decide.html",
        case=case,
        form=form,
        desk=found,
        chosen=chosen,
        shown=shown,
        offered=[(one.place, _title(one)) for one in release.offered()],
        asks_child=rulings.asks_child(found.report),
        status=422 if form.errors else 200,
    )


@room.post(f"{CHILD}/decisions/<int:number>/agree")
@staff("admin", "approver", fresh=True)
def child_agree(reference: str, number: int) -> Response:
    """Agree to what a colleague proposed about an account."""
    case = load(reference)
    rulings.agree(case, crew().number, crew().role, number)
    return to_desk(case, "#decision")


@room.post(f"{CHILD}/decisions/<int:number>/disagree")
@staff("admin", "approver", "staff")
def child_disagree(reference: str, number: int) -> Response:
    """Take a proposal about an account off the table."""
    case = load(reference)
    rulings.disagree(case, crew().number, number)
    return to_desk(case, "#decision")


@room.post(f"{CHILD}/appeals/<int:number>")
@staff("admin", "approver", fresh=True)
def child_appeal(reference: str, number: int) -> Response:
    """Answer an appeal as a third person."""
    case = load(reference)
    words = case_desk.plain(request.form.get("words", ""))
    appeals.decide(case, number, request.form.get("state", ""), words, crew().number)
    return to_desk(case, "#appeals")


def _title(one: release.Category) -> str:
    language = here().language
    return f"{one.source.title.in_(language)}: {one.table.title.in_(language)}"
