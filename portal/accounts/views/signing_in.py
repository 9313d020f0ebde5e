"""Sign in, confirm, sign out."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.accounts import passwords, service
from portal.accounts.forms import AddressForm
from portal.kernel.problems import Problem
from portal.web import cookies, navigation
from portal.web.devices import MARK, device, mark
from portal.web.fields import CodeForm
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.site import local
from portal.web.visitor import place
from portal.web.words import _, here

ATTEMPT, SESSION = "attempt", "session"

room = Blueprint("accounts", __name__)
navigation.left_out(room, "sign_in", "sign_in_code", "confirm", "confirm_code", "sign_out")


@room.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> Response:
    """Ask for the address, then send a code to it if it is known."""
    form, onward = AddressForm(), local(request.args.get("next"), "")
    if form.validate_on_submit():
        try:
            token = service.ask_code(form.email.data, network(), here().language, onward)
        except service.NotAnAddress as problem:
            form.email.errors = [_(problem.say)]
        else:
            return with_attempt(away("/sign-in/code"), token)
    return show("accounts/sign_in.html", form=form, onward=onward, status=422 if form.errors else 200)


@room.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
def sign_in_code() -> Response:
    """Ask for the code and open a session."""
    token = cookies.got(ATTEMPT) or ""
    return code_page("accounts/code.html", lambda code: service.sign_in(token, code, device(), place(), mark()))


@room.route("/confirm", methods=["GET", "POST"])
def confirm() -> Response:
    """Offer to send a code that confirms that it is still the same person."""
    onward = local(request.args.get("next"), "/overview")
    if request.method == "GET":
        mailbox = service.recipient(account()) is not None
        return show("accounts/confirm.html", onward=onward, has_password=passwords.has_one(account()), mailbox=mailbox)
    token = service.ask_confirmation(account(), here().language, onward)
    return with_attempt(away("/confirm/code"), token)


@room.route("/confirm/code", methods=["GET", "POST"])
def confirm_code() -> Response:
    """Ask for the code and go on to what was wanted."""
    token = cookies.got(ATTEMPT) or ""
    return code_page("accounts/code.html", lambda code: service.confirm(me().token, account(), token, code))


@room.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End this session."""
    if token := cookies.got(SESSION):
        service.sign_out(token)
    response = away("/")
    cookies.drop(response, SESSION)
    cookies.drop(response, ATTEMPT)
    return response


def code_page(page: str, use: Callable[[str], service.Opened]) -> Response:
    """Ask for the code of this browser's attempt, and use it."""
    form, pending = CodeForm(), service.pending(cookies.got(ATTEMPT) or "")
    if pending and form.validate_on_submit():
        try:
            opened = use(form.code.data)
        except Problem as problem:
            form.code.errors = [_(problem.say) + " " + _(problem.then)]
        else:
            return with_session(away(opened.onward or "/overview"), opened.token)
    return show(page, form=form, pending=pending, status=422 if form.errors else 200)


def with_attempt(response: Response, token: str) -> Response:
    """Let the browser keep the token of an attempt."""
    cookies.put(response, ATTEMPT, token, max_age=int(service.CODE_LIFE.total_seconds()))
    return response


def with_session(response: Response, token: str) -> Response:
    """Let the browser keep the token of a session, and as long the mark by which it is known at the next one."""
    longest = int(service.LONGEST.total_seconds())
    cookies.drop(response, ATTEMPT)
    cookies.put(response, SESSION, token, max_age=longest)
    cookies.put(response, MARK, mark(), max_age=longest)
    return response


def account() -> int:
    """Return the account of this request."""
    return me().account_id or 0  # the guard lets only signed-in people in


def network() -> str:
    """Return where a request comes from, for limits: one person has a whole /64 of IPv6."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))
