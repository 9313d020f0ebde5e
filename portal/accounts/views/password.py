"""Passwords: set, change, remove; sign in and confirm with one (RULES A1, A3)."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import passwords, service
from portal.accounts.forms import NewPasswordForm, PasswordAgainForm, PasswordForm
from portal.accounts.views.signing_in import account, network, room, with_session
from portal.kernel.problems import Problem
from portal.web import navigation
from portal.web.devices import device, mark
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import away, show
from portal.web.site import local
from portal.web.visitor import place
from portal.web.words import _

PAGE = "/security/password"

navigation.left_out(
    room, "password", "remove_password", "password_sign_in", "password_confirm", "change_password", "password_saved"
)


@room.get("/.well-known/change-password")
@open_to_all
def change_password() -> Response:
    """Lead a password manager to the page where a password is changed (RULES A11)."""
    return away(PAGE)


@room.route(PAGE, methods=["GET", "POST"])
@recently_confirmed
def password() -> Response:
    """Set or change the password."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            passwords.choose(account(), form.password.data)
        except passwords.WeakPassword as problem:
            form.password.errors = _reasons(problem)
        else:
            return away(f"{PAGE}/saved")
    has_one, status = passwords.has_one(account()), 422 if form.errors else 200
    return show("accounts/password.html", form=form, has_password=has_one, address=_address(), status=status)


@room.post(f"{PAGE}/remove")
@recently_confirmed
def remove_password() -> Response:
    """Take the password away; the code by mail stays."""
    passwords.remove(account())
    return away(f"{PAGE}/saved")


@room.get(f"{PAGE}/saved")
def password_saved() -> Response:
    """Say what holds now."""
    return show("accounts/password_saved.html", has_password=passwords.has_one(account()))


@room.route("/sign-in/password", methods=["GET", "POST"])
@open_to_all
def password_sign_in() -> Response:
    """Sign in with address and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            opened = passwords.sign_in(form.email.data, form.password.data, network(), device(), place(), mark())
        except service.NotAnAddress as problem:
            form.email.errors = [_(problem.say)]
        except passwords.WrongPassword as problem:
            form.password.errors = _reasons(problem)
        else:
            return with_session(away(local(request.args.get("next"), "/overview")), opened.token)
    return show("accounts/password_sign_in.html", form=form, status=422 if form.errors else 200)


@room.route("/confirm/password", methods=["GET", "POST"])
def password_confirm() -> Response:
    """Confirm with the password that it is still the same person, and go on to what was wanted."""
    form = PasswordAgainForm()
    if form.validate_on_submit():
        try:
            token = passwords.confirm(me().token, account(), form.password.data)
        except passwords.WrongPassword:
            form.password.errors = [_("This is not your password.")]
        else:
            return with_session(away(local(request.args.get("next"), "/overview")), token)
    return show("accounts/password_confirm.html", form=form, address=_address(), status=422 if form.errors else 200)


def _address() -> str:
    """Return what a password manager files the password under."""
    to = service.recipient(account())
    return to.address if to else ""


def _reasons(problem: Problem) -> list[str]:
    rule = str(problem.facts.get("rule", ""))
    return [" ".join(filter(None, (_(problem.say, **problem.facts), _(rule), _(problem.then))))]
