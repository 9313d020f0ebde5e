"""The staff's door: address, mailed code, second factor; and the second factor again before acts that matter."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress
from portal.accounts.keeping import of_staff
from portal.accounts.staff import factors
from portal.accounts.staff import signing_in as service
from portal.accounts.views import network
from portal.kernel.problems import Problem
from portal.staff.forms.door import AddressForm, FactorForm, RecoveryForm
from portal.staff.views.door import KEPT, STAFF_ATTEMPT, STAFF_SESSION, room, said, with_attempt, with_session
from portal.web import cookies, navigation
from portal.web.devices import device
from portal.web.fields import CodeForm, Form
from portal.web.guards import crew, crew_or_nobody, open_to_all, staff
from portal.web.htmx import away, show
from portal.web.site import local
from portal.web.visitor import place

DOOR = "/staff/sign-in"

navigation.left_out(room, "sign_in", "sign_in_code", "sign_in_factor", "sign_in_recovery", "confirm", "sign_out")


@room.route(DOOR, methods=["GET", "POST"])
@open_to_all
def sign_in() -> Response:
    """Ask for the address, then send a code to it if a member has it."""
    if crew_or_nobody():
        return away(_onward(request.args.get("next")))
    form = AddressForm()
    if form.validate_on_submit():
        try:
            token = service.ask_code(form.email.data, network(), local(request.args.get("next"), ""))
        except NotAnAddress as problem:
            form.email.errors = [said(problem)]
        else:
            return with_attempt(away(f"{DOOR}/code"), token)
    return show("staff/sign_in.html", form=form, status=422 if form.errors else 200)


@room.route(f"{DOOR}/code", methods=["GET", "POST"])
@open_to_all
def sign_in_code() -> Response:
    """Ask for the code from the mail."""
    form, pending = CodeForm(), service.pending(_attempt())
    if pending and pending.proven:
        return away(f"{DOOR}/factor")
    if pending and form.validate_on_submit():
        try:
            service.prove(_attempt(), form.code.data)
        except Problem as problem:
            form.code.errors = [said(problem)]
        else:
            return away(f"{DOOR}/factor")
    return show("staff/code.html", form=form, pending=pending, status=422 if form.errors else 200)


@room.route(f"{DOOR}/factor", methods=["GET", "POST"])
@open_to_all
def sign_in_factor() -> Response:
    """Ask for the second factor and open a session."""
    return _second(FactorForm(), factors.show, "staff/factor.html")


@room.route(f"{DOOR}/recovery", methods=["GET", "POST"])
@open_to_all
def sign_in_recovery() -> Response:
    """Ask for a recovery code in its place."""
    return _second(RecoveryForm(), factors.recover, "staff/recovery.html")


@room.route("/staff/confirm", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def confirm() -> Response:
    """Ask for the second factor once more, and go on to what was wanted."""
    form = FactorForm()
    if form.validate_on_submit():
        try:
            token = factors.confirm(crew().number, crew().session_id, form.code.data)
        except factors.WrongFactor as problem:
            form.code.errors = [said(problem)]
        else:
            return with_session(away(_to_kept(crew().number) or _onward(request.args.get("next"))), token)
    return show("staff/confirm.html", form=form, status=422 if form.errors else 200)


@room.post("/staff/sign-out")
@open_to_all
def sign_out() -> Response:
    """End this session; somebody whose session is over is led to the door all the same."""
    if member := crew_or_nobody():
        service.sign_out(member.number, member.session_id)
    response = away(DOOR)
    cookies.drop(response, STAFF_SESSION)
    cookies.drop(response, STAFF_ATTEMPT)
    return response


def _second(form: Form, shown: Callable[[int, str], None], page: str) -> Response:
    pending = service.pending(_attempt())
    if pending is None or not pending.proven:
        return away(f"{DOOR}/code")
    if form.validate_on_submit():
        try:
            opened = service.sign_in(_attempt(), shown, form.code.data, device(), place())
        except (factors.WrongFactor, service.AttemptOver) as problem:
            form.code.errors = [said(problem)]
        else:
            return with_session(away(_to_kept(opened.number) or _onward(opened.onward)), opened.token)
    return show(page, form=form, status=422 if form.errors else 200)


def _attempt() -> str:
    return cookies.got(STAFF_ATTEMPT) or ""


def _to_kept(number: int) -> str:
    """Return where a member sees what they typed when they had to come here, "" where that is nothing."""
    return KEPT if of_staff.latest(number) else ""


def _onward(asked: str | None) -> str:
    """Return where to go on to: a page of the staff, for any other has nothing to do with this session."""
    way = local(asked, "")
    return way if way.startswith("/staff/") else "/staff/"
