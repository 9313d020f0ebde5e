"""Deciding a case: what becomes of it, by one or by two; what it really is; whether it is one of several."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases import deadlines, legal
from portal.cases.kinds import KINDS
from portal.cases.models import Case
from portal.cases.service import deciding, desk, duplicates, extending, handling, identity, notifying
from portal.kernel.problems import NotFound
from portal.staff.forms.requests import DecisionForm, ExtensionForm
from portal.staff.views.case import CASE, back, load
from portal.staff.views.casepage import Attesting, show_case
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

navigation.left_out(room, "agree", "disagree", "change_kind", "link", "unlink", "attest")


@room.route(f"{CASE}/decide", methods=["GET", "POST"])
@staff("admin", "approver", "staff", fresh=True)
def decide(reference: str) -> Response:
    """Ask what becomes of a case, and why where it is refused; decide it, or propose it to a second person."""
    found, form = load(reference), DecisionForm()
    if KINDS[found.kind].other:
        return away(url_for("staff.child_decide", reference=found.reference))
    if form.validate_on_submit() and _proposed(found, form):
        return back(found, "#decision")
    return show(
        "staff/case/decide.html",
        case=found,
        kinds=KINDS,
        form=form,
        two=deciding.needs_two(found),
        unreached=notifying.unreached(found),
        authority=deadlines.authority(found.country).name,
        rules=desk.rules(found, here().language),
        status=422 if form.errors else 200,
    )


def _proposed(found: Case, form: DecisionForm) -> bool:
    """Propose what the form says; where that cannot be, the form says why."""
    try:
        words = desk.plain(form.words.data)
        deciding.propose(found, crew().number, str(form.outcome.data), form.reason.data or "", words)
    except deciding.ReasonMissing as problem:
        form.reason.errors = [_(problem.say)] if not form.reason.data else []
        form.words.errors = [_(problem.say)] if not form.words.data else []
    except (deciding.SecondPerson, deciding.NoPerson, deciding.NotReleased, identity.NotProven) as problem:
        form.outcome.errors = [said(problem)]
    else:
        return True
    return False


@room.post(f"{CASE}/decisions/<int:number>/agree")
@staff("admin", "approver", fresh=True)
def agree(reference: str, number: int) -> Response:
    """Agree to what a colleague proposed."""
    found = of_its_own(reference)
    deciding.agree(found, crew().number, number)
    return back(found, "#decision")


@room.post(f"{CASE}/decisions/<int:number>/disagree")
@staff("admin", "approver", "staff")
def disagree(reference: str, number: int) -> Response:
    """Take a proposal off the table."""
    found = of_its_own(reference)
    deciding.disagree(found, crew().number, number)
    return back(found, "#decision")


def of_its_own(reference: str) -> Case:
    """Return a case that is decided here; NotFound for one about somebody else, which has a desk of its own."""
    found = load(reference)
    if KINDS[found.kind].other:
        raise NotFound
    return found


@room.route(f"{CASE}/extend", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def extend(reference: str) -> Response:
    """Ask why more time is needed, and give it, once."""
    found, form = load(reference), ExtensionForm()
    if found.extended_at is not None:
        raise legal.AlreadyExtended
    if form.validate_on_submit():
        extending.extend(found, desk.plain(form.reason.data or ""), crew().number)
        return back(found)
    until, status = extending.until(found), 422 if form.errors else 200
    if until is None:
        raise legal.NoExtension
    unreached = notifying.unreached(found)
    return show("staff/case/extend.html", case=found, form=form, until=until, unreached=unreached, status=status)


@room.post(f"{CASE}/kind")
@staff("admin", "approver", "staff")
def change_kind(reference: str) -> Response:
    """Make a case what it really is; the date received stays."""
    found = load(reference)
    handling.change_kind(found, request.form.get("kind", ""), crew().number)
    return back(found)


@room.post(f"{CASE}/link")
@staff("admin", "approver", "staff")
def link(reference: str) -> Response:
    """Link a case to the one that it repeats."""
    found = load(reference)
    duplicates.link(found, request.form.get("to", "").strip().upper(), crew().number)
    return back(found, "#alike")


@room.post(f"{CASE}/unlink")
@staff("admin", "approver", "staff")
def unlink(reference: str) -> Response:
    """Take a link back."""
    found = load(reference)
    duplicates.unlink(found, crew().number)
    return back(found, "#alike")


@room.post(f"{CASE}/attest")
@staff("admin", "approver", "staff", fresh=True)
def attest(reference: str) -> Response:
    """Note how whoever asks was recognised."""
    found = load(reference)
    method, number = request.form.get("method", ""), request.form.get("number", "")
    try:
        desk.attest(found, method, crew().number, number)
    except identity.WrongNumber as problem:
        return show_case(found, attesting=Attesting(method, number, said(problem)), status=problem.status)
    return back(found, "#person")
